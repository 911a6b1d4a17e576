package io.layerd.volume;

import io.layerd.error.SystemFailure;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fills a fresh volume with what an image has at its place: content, owners, modes, times, extended
 * attributes, links, hard links and devices. Names are bytes throughout.
 */
public final class VolumeCopy {
  private static final int BUFFER_BYTES = 128 * 1024;

  private final Sys sys;

  public VolumeCopy(Sys sys) {
    this.sys = sys;
  }

  /** On this machine's kernel. */
  public static VolumeCopy host() {
    return new VolumeCopy(Sys.host());
  }

  /**
   * Copies a directory into a volume that is empty; the volume's own directory gets owner and mode
   * of the source. A volume that holds anything is left alone.
   *
   * @param source a directory inside the mounted root of a container, links resolved by the caller
   * @return whether something was done
   */
  public boolean populate(Path volume, Path source) {
    if (!Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    byte[] from = bytes(source);
    byte[] to = bytes(volume);
    try {
      Stat stat = sys.lstatat(Sys.AT_FDCWD, from);
      if (!list(to).isEmpty()) {
        return false;
      }
      Run run = new Run(new HashMap<>(), ByteBuffer.allocateDirect(BUFFER_BYTES));
      run.directory(from, to, stat);
      return true;
    } catch (IOException e) {
      throw new SystemFailure(
          "failed to copy " + source + " to volume " + volume + ": " + e.getMessage(), e);
    }
  }

  private List<DirEntry> list(byte[] path) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      return sys.readDirectory(fd);
    } finally {
      sys.close(fd);
    }
  }

  private record Inode(int major, int minor, long number) {}

  /** One copy: remembers where each file with several names went. */
  private final class Run {
    private final Map<Inode, byte[]> linked;
    private final ByteBuffer buffer;

    Run(Map<Inode, byte[]> linked, ByteBuffer buffer) {
      this.linked = linked;
      this.buffer = buffer;
    }

    /** The target exists. */
    void directory(byte[] from, byte[] to, Stat stat) throws IOException {
      for (DirEntry entry : list(from)) {
        copy(join(from, entry.name()), join(to, entry.name()));
      }
      metadata(from, to, stat);
    }

    private void copy(byte[] from, byte[] to) throws IOException {
      Stat stat = sys.lstatat(Sys.AT_FDCWD, from);
      if (!stat.isDirectory() && stat.linkCount() > 1) {
        byte[] first =
            linked.putIfAbsent(new Inode(stat.devMajor(), stat.devMinor(), stat.inode()), to);
        if (first != null) {
          sys.linkat(Sys.AT_FDCWD, first, Sys.AT_FDCWD, to);
          return;
        }
      }
      switch (stat.type()) {
        case Stat.S_IFDIR -> {
          sys.mkdirat(Sys.AT_FDCWD, to, 0700);
          directory(from, to, stat);
          return;
        }
        case Stat.S_IFREG -> content(from, to);
        case Stat.S_IFLNK -> sys.symlinkat(sys.readlinkat(Sys.AT_FDCWD, from), Sys.AT_FDCWD, to);
        default ->
            sys.mknodat(Sys.AT_FDCWD, to, stat.type() | 0600, stat.rdevMajor(), stat.rdevMinor());
      }
      metadata(from, to, stat);
    }

    private void content(byte[] from, byte[] to) throws IOException {
      int in = sys.openat(Sys.AT_FDCWD, from, Sys.O_RDONLY | Sys.O_NOFOLLOW, 0);
      try {
        int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
        int out = sys.openat(Sys.AT_FDCWD, to, flags, 0600);
        try {
          while (sys.read(in, buffer.clear()) > 0) {
            sys.writeFully(out, buffer.flip());
          }
        } finally {
          sys.close(out);
        }
      } finally {
        sys.close(in);
      }
    }

    /** Owner first, since a change of owner takes setuid bits and capabilities away. */
    private void metadata(byte[] from, byte[] to, Stat stat) throws IOException {
      sys.lchownat(Sys.AT_FDCWD, to, stat.uid(), stat.gid());
      if (!stat.isSymlink()) {
        sys.fchmodat(Sys.AT_FDCWD, to, stat.permissions());
      }
      for (byte[] name : sys.llistxattr(from)) {
        if (!new String(name, StandardCharsets.ISO_8859_1).startsWith("trusted.overlay.")) {
          attribute(from, to, name);
        }
      }
      sys.utimensat(Sys.AT_FDCWD, to, stat.mtimeSeconds(), stat.mtimeNanos());
    }

    private void attribute(byte[] from, byte[] to, byte[] name) throws IOException {
      byte[] value = sys.lgetxattr(from, name);
      try {
        sys.lsetxattr(to, name, value);
      } catch (ErrnoException e) {
        // a volume on NFS or the like has no such attributes, and dockerd goes on without them
        if (!String.valueOf(e.getMessage()).contains("(EOPNOTSUPP)")
            && !String.valueOf(e.getMessage()).contains("(ENOTSUP)")) {
          throw e;
        }
      }
    }
  }

  private static byte[] join(byte[] directory, byte[] name) {
    ByteArrayOutputStream path = new ByteArrayOutputStream(directory.length + name.length + 1);
    path.writeBytes(directory);
    path.write('/');
    path.writeBytes(name);
    return path.toByteArray();
  }

  private static byte[] bytes(Path path) {
    return path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
  }
}
