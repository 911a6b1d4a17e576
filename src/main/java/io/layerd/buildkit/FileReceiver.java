package io.layerd.buildkit;

import io.layerd.error.InvalidParameter;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes in the files that a client sends by fsutil's protocol: it names them all, and sends those
 * that are asked for. A name's directories have to be named before, so that nothing is written
 * outside of the target.
 */
final class FileReceiver {
  private final Sys sys;
  private final String root;
  private final RpcStream stream;
  private final LongConsumer progress;
  private final Set<String> directories = new HashSet<>();
  private final Map<Integer, FileStat> wanted = new HashMap<>();
  private final Map<Integer, Integer> open = new HashMap<>();
  private final List<FileStat> times = new ArrayList<>();
  private final Set<String> files = new HashSet<>();
  private final @Nullable String before;
  private final Set<String> directoriesBefore = new HashSet<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
  private int next;
  private boolean named;
  private long bytes;

  /**
   * @param target an empty directory
   * @param before what was received last time, on the same file system: files that are the same are
   *     not asked for again; null for nothing
   * @param progress told the bytes that have come so far
   */
  FileReceiver(
      Sys sys, Path target, @Nullable Path before, RpcStream stream, LongConsumer progress) {
    this.sys = sys;
    this.root = target.toString();
    this.stream = stream;
    this.progress = progress;
    this.before = before == null ? null : before.toString();
    directories.add("");
    directoriesBefore.add("");
  }

  /**
   * Receives until the client has sent everything.
   *
   * @return bytes received
   */
  long receive() throws RpcException, InterruptedException {
    try {
      boolean ended = false;
      while (true) {
        byte[] message = stream.receive();
        if (message == null) {
          break;
        }
        bytes += message.length;
        progress.accept(bytes);
        WireMessage packet = WireMessage.parse(message);
        switch ((int) packet.number(1)) {
          case Packet.STAT -> stat(packet);
          case Packet.DATA -> data(packet);
          case Packet.ERROR -> throw new RpcException(RpcException.UNKNOWN, packet.text(4));
          case Packet.END -> ended = true;
          default -> {}
        }
        if (ended) {
          break;
        }
      }
      if (!named || !wanted.isEmpty()) {
        throw new RpcException(RpcException.UNKNOWN, "the client sent only a part of its files");
      }
      for (FileStat directory : times.reversed()) {
        touch(directory);
      }
      return bytes;
    } catch (ErrnoException e) {
      throw new RpcException(RpcException.INTERNAL, "cannot write a file: " + e.getMessage());
    } finally {
      open.values().forEach(sys::close);
      stream.cancel();
    }
  }

  private byte[] host(String path) {
    return (root + "/" + path).getBytes(StandardCharsets.UTF_8);
  }

  private void stat(WireMessage packet) throws RpcException, ErrnoException, InterruptedException {
    if (!packet.has(2)) {
      named = true;
      endIfWhole();
      return;
    }
    int id = next++;
    FileStat stat = FileStat.read(packet.message(2));
    String path = stat.path();
    check(path);
    byte[] host = host(path);
    if (stat.isDirectory()) {
      directories.add(path);
      seenBefore(path);
      sys.mkdirat(Sys.AT_FDCWD, host, 0700);
      times.add(stat);
      metadata(stat, host);
    } else if (stat.isSymlink()) {
      sys.symlinkat(stat.link().getBytes(StandardCharsets.UTF_8), Sys.AT_FDCWD, host);
      metadata(stat, host);
      touch(stat);
    } else if (stat.isRegular() && !stat.link().isEmpty()) {
      if (!files.contains(stat.link())) {
        throw new InvalidParameter("a link to a file that was not sent: " + stat.link());
      }
      sys.linkat(Sys.AT_FDCWD, host(stat.link()), Sys.AT_FDCWD, host);
    } else if (stat.isRegular()) {
      files.add(path);
      if (sameAsBefore(stat, host)) {
        return;
      }
      wanted.put(id, stat);
      int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL;
      sys.close(sys.openat(Sys.AT_FDCWD, host, flags, 0600));
      stream.send(Packet.request(id));
    } else if (stat.isPipe()) {
      sys.mknodat(Sys.AT_FDCWD, host, 0010000 | 0600, 0, 0);
      metadata(stat, host);
      touch(stat);
    }
  }

  private static String above(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  private byte[] hostBefore(String path) {
    return (before + "/" + path).getBytes(StandardCharsets.UTF_8);
  }

  /** Notes what was a directory, and not a link to one. */
  private void seenBefore(String path) {
    try {
      if (before != null && directoriesBefore.contains(above(path))) {
        Stat old = sys.findat(Sys.AT_FDCWD, hostBefore(path));
        if (old != null && old.isDirectory()) {
          directoriesBefore.add(path);
        }
      }
    } catch (ErrnoException e) {
      // then it is not used
    }
  }

  /** Takes a file over from last time, if all that is known of it is the same. */
  private boolean sameAsBefore(FileStat stat, byte[] host) {
    if (before == null
        || !stat.attributes().isEmpty()
        || !directoriesBefore.contains(above(stat.path()))) {
      return false;
    }
    try {
      byte[] old = hostBefore(stat.path());
      Stat known = sys.findat(Sys.AT_FDCWD, old);
      boolean same =
          known != null
              && known.isRegular()
              && known.sizeBytes() == stat.sizeBytes()
              && known.uid() == stat.uid()
              && known.gid() == stat.gid()
              && (known.mode() & 07777) == stat.permissions()
              && known.mtimeSeconds() * 1_000_000_000L + known.mtimeNanos() == stat.modifiedNanos()
              && sys.llistxattr(old).isEmpty();
      if (same) {
        sys.linkat(Sys.AT_FDCWD, old, Sys.AT_FDCWD, host);
      }
      return same;
    } catch (ErrnoException e) {
      return false; // it is gone: sent again
    }
  }

  private void close(int id) {
    Integer fd = open.remove(id);
    if (fd != null) {
      sys.close(fd);
    }
  }

  private void check(String path) {
    int slash = path.lastIndexOf('/');
    String above = slash < 0 ? "" : path.substring(0, slash);
    String name = path.substring(slash + 1);
    if (slash == 0
        || name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || path.indexOf('\0') >= 0
        || !directories.contains(above)) {
      throw new InvalidParameter("the client sent a file of a name that is not allowed: " + path);
    }
  }

  private void data(WireMessage packet) throws RpcException, ErrnoException, InterruptedException {
    int id = (int) packet.number(3);
    FileStat stat = wanted.get(id);
    if (stat == null) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, "data of a file nobody asked for");
    }
    byte[] piece = packet.bytes(4);
    byte[] host = host(stat.path());
    if (piece.length > 0) {
      Integer fd = open.get(id);
      if (fd == null) {
        fd = sys.openat(Sys.AT_FDCWD, host, Sys.O_WRONLY | Sys.O_NOFOLLOW, 0);
        open.put(id, fd);
      }
      write(fd, piece);
      return;
    }
    close(id);
    wanted.remove(id);
    metadata(stat, host);
    touch(stat);
    endIfWhole();
  }

  private void write(int fd, byte[] piece) throws ErrnoException {
    for (int at = 0; at < piece.length; at += buffer.capacity()) {
      int length = Math.min(buffer.capacity(), piece.length - at);
      sys.writeFully(fd, buffer.clear().put(piece, at, length).flip());
    }
  }

  private void metadata(FileStat stat, byte[] host) throws ErrnoException {
    sys.lchownat(Sys.AT_FDCWD, host, stat.uid(), stat.gid());
    if (!stat.isSymlink()) {
      sys.fchmodat(Sys.AT_FDCWD, host, stat.permissions());
    }
    for (Map.Entry<String, byte[]> attribute : stat.attributes().entrySet()) {
      String name = attribute.getKey();
      if (name.startsWith("user.") || name.equals("security.capability")) {
        sys.lsetxattr(host, name.getBytes(StandardCharsets.UTF_8), attribute.getValue());
      }
    }
  }

  private void touch(FileStat stat) throws ErrnoException {
    long seconds = Math.floorDiv(stat.modifiedNanos(), 1_000_000_000L);
    int nanos = (int) Math.floorMod(stat.modifiedNanos(), 1_000_000_000L);
    sys.utimensat(Sys.AT_FDCWD, host(stat.path()), seconds, nanos);
  }

  private void endIfWhole() throws RpcException, InterruptedException {
    if (named && wanted.isEmpty()) {
      stream.send(Packet.end());
    }
  }
}
