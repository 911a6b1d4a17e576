package io.layerd.graph.tree;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Copies a tree with everything that is in it: owners, modes, times, extended attributes, hard
 * links, devices, sockets, holes. Files are copied, or linked where both trees promise never to
 * write to one again.
 */
public final class TreeCopy {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int HOLE_BYTES = 4096;
  private static final int EMLINK = 31;
  private static final byte[] ZEROS = new byte[HOLE_BYTES];

  private final Sys sys;
  private final boolean link;
  private final Attributes attributes;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Map<Inode, byte[]> copies = new HashMap<>();

  private record Inode(int major, int minor, long number) {
    // Written out: the compiler's own is interpreted in a native image, a thousand times slower.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Inode that
          && number == that.number
          && minor == that.minor
          && major == that.major;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(number);
    }
  }

  private TreeCopy(Sys sys, boolean link) {
    this.sys = sys;
    this.link = link;
    this.attributes = new Attributes(sys);
  }

  /**
   * Copies what is in a directory, and the directory's own attributes, into an empty one.
   *
   * @throws ErrnoException half-done: the target is to be deleted
   */
  public static void deep(Sys sys, Path from, Path to) throws ErrnoException {
    new TreeCopy(sys, false).run(from, to);
  }

  /** As {@link #deep}, but what is no directory is linked instead of copied. */
  public static void linked(Sys sys, Path from, Path to) throws ErrnoException {
    new TreeCopy(sys, true).run(from, to);
  }

  private void run(Path from, Path to) throws ErrnoException {
    byte[] source = Names.bytes(from);
    int directory = Names.open(sys, from);
    try {
      Stat stat = sys.fstat(directory);
      int target = Names.open(sys, to);
      try {
        children(directory, target, 0);
      } finally {
        sys.close(target);
      }
      attributes.copy(source, Names.bytes(to), stat, true);
    } finally {
      sys.close(directory);
    }
  }

  private void children(int from, int to, int depth) throws ErrnoException {
    for (DirEntry entry : sys.readDirectory(from)) {
      Stat stat = sys.lstatat(from, entry.name());
      if (stat.isDirectory()) {
        directory(from, to, entry.name(), stat, depth);
      } else if (!link || !linked(from, to, entry.name())) {
        file(from, to, entry.name(), stat);
      }
    }
  }

  /** False if the file has as many names as its file system allows. */
  private boolean linked(int from, int to, byte[] name) throws ErrnoException {
    try {
      sys.linkat(from, name, to, name);
      return true;
    } catch (ErrnoException e) {
      if (e.is(EMLINK)) {
        return false;
      }
      throw e;
    }
  }

  private void directory(int from, int to, byte[] name, Stat stat, int depth)
      throws ErrnoException {
    sys.mkdirat(to, name, 0700);
    int source = Names.open(sys, from, name, depth + 1);
    try {
      int target = Names.open(sys, to, name, depth + 1);
      try {
        children(source, target, depth + 1);
      } finally {
        sys.close(target);
      }
    } finally {
      sys.close(source);
    }
    attributes.copy(Names.path(from, name), Names.path(to, name), stat, true);
  }

  private void file(int from, int to, byte[] name, Stat stat) throws ErrnoException {
    byte[] target = Names.path(to, name);
    Inode inode = new Inode(stat.devMajor(), stat.devMinor(), stat.inode());
    byte[] copied = stat.linkCount() > 1 ? copies.get(inode) : null;
    if (copied != null) {
      sys.linkat(Sys.AT_FDCWD, copied, Sys.AT_FDCWD, target);
      return;
    }
    switch (stat.type()) {
      case Stat.S_IFREG -> content(from, to, name);
      case Stat.S_IFLNK -> sys.symlinkat(sys.readlinkat(from, name), to, name);
      default -> sys.mknodat(to, name, stat.mode(), stat.rdevMajor(), stat.rdevMinor());
    }
    attributes.copy(Names.path(from, name), target, stat, true);
    if (stat.linkCount() > 1) {
      copies.put(inode, realPath(to, name));
    }
  }

  /** The name of a copy that stays valid when the descriptor of its directory is closed. */
  private byte[] realPath(int directory, byte[] name) throws ErrnoException {
    byte[] parent = sys.readlinkat(Sys.AT_FDCWD, descriptor(directory));
    byte[] path = java.util.Arrays.copyOf(parent, parent.length + 1 + name.length);
    path[parent.length] = '/';
    System.arraycopy(name, 0, path, parent.length + 1, name.length);
    return path;
  }

  private static byte[] descriptor(int fd) {
    return ("/proc/self/fd/" + fd).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  private void content(int from, int to, byte[] name) throws ErrnoException {
    int source = sys.openat(from, name, Sys.O_RDONLY | Sys.O_NOFOLLOW | Sys.O_NONBLOCK, 0);
    try {
      int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW | Sys.O_APPEND;
      int target = sys.openat(to, name, flags, 0600);
      try {
        pump(source, target);
      } finally {
        sys.close(target);
      }
    } finally {
      sys.close(source);
    }
  }

  // The target is open for appending: growing it moves the place where the next bytes go, which
  // makes a hole.
  private void pump(int source, int target) throws ErrnoException {
    long at = 0;
    boolean hole = false;
    buffer.clear();
    for (int n = sys.read(source, buffer); n > 0; n = sys.read(source, buffer.clear())) {
      buffer.flip();
      while (buffer.hasRemaining()) {
        int run = zeros(buffer) ? HOLE_BYTES : dataBytes(buffer);
        if (zeros(buffer)) {
          hole = true;
          buffer.position(buffer.position() + run);
        } else {
          if (hole) {
            sys.ftruncate(target, at);
            hole = false;
          }
          int end = buffer.limit();
          buffer.limit(buffer.position() + run);
          sys.writeFully(target, buffer);
          buffer.limit(end);
        }
        at += run;
      }
    }
    if (hole) {
      sys.ftruncate(target, at);
    }
  }

  /** Bytes up to the next whole block of zeros. */
  private static int dataBytes(ByteBuffer buffer) {
    ByteBuffer rest = buffer.duplicate();
    int start = rest.position();
    do {
      rest.position(rest.position() + Math.min(HOLE_BYTES, rest.remaining()));
    } while (rest.hasRemaining() && !zeros(rest));
    return rest.position() - start;
  }

  private static boolean zeros(ByteBuffer buffer) {
    return buffer.remaining() >= HOLE_BYTES
        && buffer.slice(buffer.position(), HOLE_BYTES).mismatch(ByteBuffer.wrap(ZEROS)) < 0;
  }
}
