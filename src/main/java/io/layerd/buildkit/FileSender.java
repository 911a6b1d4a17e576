package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Sends a directory to a client by fsutil's protocol: names first, then what is asked for. */
final class FileSender {
  private static final int PIECE_BYTES = 32 * 1024;

  private record Inode(int major, int minor, long number) {}

  private final Sys sys;
  private final RpcStream stream;
  private final byte[] root;
  private final Map<Integer, byte[]> files = new ConcurrentHashMap<>();
  private final Map<Inode, String> linked = new HashMap<>();
  private final AtomicReference<RpcException> failure = new AtomicReference<>();
  private int next;

  FileSender(Sys sys, Path root, RpcStream stream) {
    this.sys = sys;
    this.root = root.toString().getBytes(StandardCharsets.UTF_8);
    this.stream = stream;
  }

  /** Sends everything; blocks until the client has it. */
  void send() throws RpcException, InterruptedException {
    Thread answering = Thread.ofPlatform().daemon().name("build output").start(this::answer);
    try {
      directory(root, "");
      stream.send(Packet.lastStat());
      answering.join();
    } catch (ErrnoException e) {
      throw new RpcException(RpcException.INTERNAL, "cannot read a file: " + e.getMessage());
    } finally {
      stream.cancel();
      answering.interrupt();
    }
    RpcException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  private void directory(byte[] host, String inside)
      throws ErrnoException, RpcException, InterruptedException {
    List<DirEntry> entries = new ArrayList<>(list(host));
    entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    for (DirEntry entry : entries) {
      String path = inside + new String(entry.name(), StandardCharsets.UTF_8);
      byte[] file = TreeCopy.join(host, entry.name());
      Stat stat = sys.lstatat(Sys.AT_FDCWD, file);
      String link =
          stat.isSymlink()
              ? new String(sys.readlinkat(Sys.AT_FDCWD, file), StandardCharsets.UTF_8)
              : hardLink(stat, path);
      if (stat.isRegular() && link.isEmpty()) {
        files.put(next, file);
      }
      next++;
      stream.send(Packet.stat(FileStat.of(path, stat, link, attributes(file))));
      if (stat.isDirectory()) {
        directory(file, path + "/");
      }
    }
  }

  private String hardLink(Stat stat, String path) {
    if (!stat.isRegular() || stat.linkCount() < 2) {
      return "";
    }
    String first =
        linked.putIfAbsent(new Inode(stat.devMajor(), stat.devMinor(), stat.inode()), path);
    return first == null ? "" : first;
  }

  private Map<String, byte[]> attributes(byte[] file) throws ErrnoException {
    Map<String, byte[]> attributes = new TreeMap<>();
    for (byte[] name : sys.llistxattr(file)) {
      String text = new String(name, StandardCharsets.UTF_8);
      if (!text.startsWith("trusted.")) {
        attributes.put(text, sys.lgetxattr(file, name));
      }
    }
    return attributes;
  }

  private List<DirEntry> list(byte[] path) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      return sys.readDirectory(fd);
    } finally {
      sys.close(fd);
    }
  }

  private void answer() {
    try {
      while (true) {
        byte[] message = stream.receive();
        if (message == null) {
          return;
        }
        WireMessage packet = WireMessage.parse(message);
        switch ((int) packet.number(1)) {
          case Packet.REQUEST -> file((int) packet.number(3));
          case Packet.END -> {
            stream.send(Packet.end());
            stream.closeSend();
          }
          case Packet.ERROR -> throw new RpcException(RpcException.UNKNOWN, packet.text(4));
          default -> {}
        }
      }
    } catch (RpcException e) {
      failure.set(e);
    } catch (ErrnoException e) {
      failure.set(new RpcException(RpcException.INTERNAL, String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.set(new RpcException(RpcException.CANCELLED, "interrupted"));
    }
  }

  private void file(int id) throws ErrnoException, RpcException, InterruptedException {
    byte[] file = files.get(id);
    if (file == null) {
      throw new RpcException(RpcException.INVALID_ARGUMENT, "the client asks for no file");
    }
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE_BYTES);
    int fd = sys.openat(Sys.AT_FDCWD, file, Sys.O_RDONLY | Sys.O_NOFOLLOW, 0);
    try {
      while (sys.read(fd, buffer.clear()) > 0) {
        byte[] piece = new byte[buffer.flip().remaining()];
        buffer.get(piece);
        stream.send(Packet.data(id, piece));
      }
    } finally {
      sys.close(fd);
    }
    stream.send(Packet.data(id, new byte[0]));
  }
}
