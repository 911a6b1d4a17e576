package io.layerd.sys;

import static io.layerd.sys.Libc.call;
import static io.layerd.sys.Libc.interrupted;

import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/** Calls that read and change owners, modes and times. */
abstract class JnrMetadata extends JnrNames {
  private static final long STATX = Libc.function("statx");
  private static final long FCHOWNAT = Libc.function("fchownat");
  private static final long FCHOWN = Libc.function("fchown");
  private static final long FCHMODAT = Libc.function("fchmodat");
  private static final long FCHMOD = Libc.function("fchmod");
  private static final long UTIMENSAT = Libc.function("utimensat");
  private static final long FUTIMENS = Libc.function("futimens");

  private static final int AT_NO_AUTOMOUNT = 0x800;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BYTES = 256;
  private static final byte[] NO_NAME = {};
  private static final int ENOENT = Errno.ENOENT.intValue();
  private static final int ENOTDIR = Errno.ENOTDIR.intValue();

  @Override
  public Stat lstatat(int dirFd, byte[] path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "statx");
      long answer = scratch.reserve(STATX_BYTES);
      while (interrupted(stat(dirFd, name, path, answer), "statx", dirFd, path)) {}
      return parse(scratch, answer);
    }
  }

  @Override
  public @Nullable Stat findat(int dirFd, byte[] path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "statx");
      long answer = scratch.reserve(STATX_BYTES);
      while (true) {
        int result = stat(dirFd, name, path, answer);
        if (result == -1 && isAbsence(Libc.errno())) {
          return null;
        }
        if (!interrupted(result, "statx", dirFd, path)) {
          return parse(scratch, answer);
        }
      }
    }
  }

  private static int stat(int dirFd, long name, byte[] path, long answer) {
    int flags = nofollow(path) | AT_NO_AUTOMOUNT;
    return (int) call(STATX, dirFd, name, flags, STATX_BASIC_STATS, answer);
  }

  private static boolean isAbsence(int errno) {
    return errno == ENOENT || errno == ENOTDIR;
  }

  @Override
  public Stat fstat(int fd) throws ErrnoException {
    return lstatat(fd, NO_NAME);
  }

  // struct statx, the same on every architecture
  private static Stat parse(Scratch scratch, long at) {
    return new Stat(
        scratch.getUnsignedShort(at + 28),
        scratch.getInt(at + 20),
        scratch.getInt(at + 24),
        scratch.getLong(at + 40),
        scratch.getLong(at + 32),
        scratch.getInt(at + 16),
        scratch.getInt(at + 128),
        scratch.getInt(at + 132),
        scratch.getInt(at + 136),
        scratch.getInt(at + 140),
        scratch.getLong(at + 112),
        scratch.getInt(at + 120),
        scratch.getLong(at + 96),
        scratch.getInt(at + 104),
        scratch.getLong(at + 48));
  }

  @Override
  public void lchownat(int dirFd, byte[] path, int uid, int gid) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "fchownat");
      while (interrupted(
          (int) call(FCHOWNAT, dirFd, name, uid, gid, nofollow(path)), "fchownat", dirFd, path)) {}
    }
  }

  @Override
  public void fchown(int fd, int uid, int gid) throws ErrnoException {
    while ((int) call(FCHOWN, fd, uid, gid) == -1) {
      failUnlessInterrupted("fchown", fd);
    }
  }

  @Override
  public void fchmodat(int dirFd, byte[] path, int mode) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "fchmodat");
      while (interrupted((int) call(FCHMODAT, dirFd, name, mode, 0), "fchmodat", dirFd, path)) {}
    }
  }

  @Override
  public void fchmod(int fd, int mode) throws ErrnoException {
    while ((int) call(FCHMOD, fd, mode) == -1) {
      failUnlessInterrupted("fchmod", fd);
    }
  }

  @Override
  public void utimensat(int dirFd, byte[] path, long seconds, int nanos) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long times = times(scratch, seconds, nanos);
      long name = scratch.name(path, "utimensat");
      while (interrupted(
          (int) call(UTIMENSAT, dirFd, name, times, nofollow(path)), "utimensat", dirFd, path)) {}
    }
  }

  @Override
  public void futimens(int fd, long seconds, int nanos) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long times = times(scratch, seconds, nanos);
      while ((int) call(FUTIMENS, fd, times) == -1) {
        failUnlessInterrupted("futimens", fd);
      }
    }
  }

  // struct timespec[2]: access, modification
  private static long times(Scratch scratch, long seconds, int nanos) {
    long times = scratch.reserve(32);
    for (long at = times; at < times + 32; at += 16) {
      scratch.putLong(at, seconds);
      scratch.putLong(at + 8, nanos);
    }
    return times;
  }

  private static int nofollow(byte[] path) {
    return path.length == 0 ? AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
  }
}
