package io.layerd.sys;

import static io.layerd.sys.Libc.call;
import static io.layerd.sys.Libc.interrupted;

import java.util.ArrayList;
import java.util.List;

/** Calls that make, change and list names. */
abstract class JnrNames extends JnrDescriptors {
  private static final long MKDIRAT = Libc.function("mkdirat");
  private static final long SYMLINKAT = Libc.function("symlinkat");
  private static final long LINKAT = Libc.function("linkat");
  private static final long UNLINKAT = Libc.function("unlinkat");
  private static final long RENAMEAT = Libc.function("renameat");
  private static final long READLINKAT = Libc.function("readlinkat");
  private static final long MKNODAT = Libc.function("mknodat");
  private static final long GETDENTS64 = Libc.function("getdents64");

  static final int AT_EMPTY_PATH = 0x1000;
  private static final int PATH_MAX = 4096;
  private static final int DIRENT_NAME = 19;

  @Override
  public void mkdirat(int dirFd, byte[] path, int mode) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "mkdirat");
      while (interrupted((int) call(MKDIRAT, dirFd, name, mode), "mkdirat", dirFd, path)) {}
    }
  }

  @Override
  public void symlinkat(byte[] target, int dirFd, byte[] path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long to = scratch.name(target, "symlinkat");
      long name = scratch.name(path, "symlinkat");
      while (interrupted((int) call(SYMLINKAT, to, dirFd, name), "symlinkat", dirFd, path)) {}
    }
  }

  @Override
  public void linkat(int fromDirFd, byte[] from, int toDirFd, byte[] to) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long source = scratch.name(from, "linkat");
      long name = scratch.name(to, "linkat");
      int flags = from.length == 0 ? AT_EMPTY_PATH : 0;
      while (interrupted(
          (int) call(LINKAT, fromDirFd, source, toDirFd, name, flags), "linkat", toDirFd, to)) {}
    }
  }

  @Override
  public void unlinkat(int dirFd, byte[] path, int flags) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "unlinkat");
      while (interrupted((int) call(UNLINKAT, dirFd, name, flags), "unlinkat", dirFd, path)) {}
    }
  }

  @Override
  public void renameat(int fromDirFd, byte[] from, int toDirFd, byte[] to) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long source = scratch.name(from, "renameat");
      long name = scratch.name(to, "renameat");
      while (interrupted(
          (int) call(RENAMEAT, fromDirFd, source, toDirFd, name), "renameat", toDirFd, to)) {}
    }
  }

  @Override
  public byte[] readlinkat(int dirFd, byte[] path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "readlinkat");
      long target = scratch.reserve(PATH_MAX);
      long length;
      do {
        length = call(READLINKAT, dirFd, name, target, PATH_MAX);
      } while (interrupted(length, "readlinkat", dirFd, path));
      return scratch.copy(target, (int) length);
    }
  }

  @Override
  public void mknodat(int dirFd, byte[] path, int mode, int major, int minor)
      throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "mknodat");
      long device = device(major, minor);
      while (interrupted((int) call(MKNODAT, dirFd, name, mode, device), "mknodat", dirFd, path)) {}
    }
  }

  /** glibc's dev_t: major and minor in two parts each. */
  static long device(int major, int minor) {
    long high = major & 0xffffffffL;
    long low = minor & 0xffffffffL;
    return ((high & 0xfffL) << 8)
        | ((high & ~0xfffL) << 32)
        | (low & 0xffL)
        | ((low & ~0xffL) << 12);
  }

  @Override
  public List<DirEntry> readDirectory(int fd) throws ErrnoException {
    List<DirEntry> entries = new ArrayList<>();
    try (Scratch scratch = Scratch.take()) {
      int room = Scratch.BLOCK_BYTES;
      long block = scratch.reserve(room);
      while (true) {
        long count = call(GETDENTS64, fd, block, room);
        if (count == -1) {
          failUnlessInterrupted("getdents64", fd);
        } else if (count == 0) {
          return entries;
        } else {
          parse(scratch, block, block + count, entries);
        }
      }
    }
  }

  // struct linux_dirent64: inode 8 bytes, offset 8, length 2, type 1, name with NUL and padding
  private static void parse(Scratch scratch, long from, long end, List<DirEntry> entries) {
    for (long at = from; at < end; at += scratch.getUnsignedShort(at + 16)) {
      int length = 0;
      while (scratch.getUnsignedByte(at + DIRENT_NAME + length) != 0) {
        length++;
      }
      byte[] name = scratch.copy(at + DIRENT_NAME, length);
      if (!isDots(name)) {
        entries.add(new DirEntry(name, scratch.getUnsignedByte(at + 18), scratch.getLong(at)));
      }
    }
  }

  private static boolean isDots(byte[] name) {
    return name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
  }
}
