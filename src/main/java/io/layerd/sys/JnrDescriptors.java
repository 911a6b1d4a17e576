package io.layerd.sys;

import static io.layerd.sys.Libc.call;
import static io.layerd.sys.Libc.interrupted;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;

/** Calls on descriptors. */
abstract class JnrDescriptors implements Sys {
  private static final long OPENAT = Libc.function("openat");
  private static final long SYSCALL = Libc.function("syscall");
  private static final long CLOSE = Libc.function("close");
  private static final long READ = Libc.function("read");
  private static final long WRITE = Libc.function("write");
  private static final long FTRUNCATE = Libc.function("ftruncate");
  private static final long FSYNC = Libc.function("fsync");
  private static final long SYNCFS = Libc.function("syncfs");
  private static final long SYNC_FILE_RANGE = Libc.function("sync_file_range");
  private static final long PIPE2 = Libc.function("pipe2");
  private static final long FLOCK = Libc.function("flock");

  private static final long FCNTL = Libc.function("fcntl");
  private static final long INOTIFY_INIT1 = Libc.function("inotify_init1");
  private static final long INOTIFY_ADD_WATCH = Libc.function("inotify_add_watch");
  private static final long INOTIFY_RM_WATCH = Libc.function("inotify_rm_watch");
  private static final long FALLOCATE = Libc.function("fallocate");

  private static final int IN_MODIFY = 2;

  /** PUNCH_HOLE, which must come with KEEP_SIZE. */
  private static final int PUNCH_HOLE = 3;

  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;

  /** openat2(2) has one number on every architecture, and no function in glibc. */
  private static final int SYS_OPENAT2 = 437;

  private static final int OPEN_HOW_BYTES = 24;

  /** WAIT_BEFORE, WRITE, WAIT_AFTER. */
  private static final int WRITE_AND_WAIT = 7;

  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  @Override
  public int openat(int dirFd, byte[] path, int flags, int mode) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "openat");
      int fd;
      do {
        fd = (int) call(OPENAT, dirFd, name, flags | O_CLOEXEC, mode);
      } while (interrupted(fd, "openat", dirFd, path));
      return fd;
    }
  }

  @Override
  public int openat2(int dirFd, byte[] path, int flags, int mode, int resolve)
      throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long how = scratch.reserve(OPEN_HOW_BYTES);
      scratch.putLong(how, flags | O_CLOEXEC);
      scratch.putLong(how + 8, (flags & O_CREAT) == 0 ? 0 : mode);
      scratch.putLong(how + 16, resolve);
      long name = scratch.name(path, "openat2");
      int fd;
      do {
        fd = (int) call(SYSCALL, SYS_OPENAT2, dirFd, name, how, OPEN_HOW_BYTES);
      } while (interrupted(fd, "openat2", dirFd, path));
      return fd;
    }
  }

  @Override
  public void close(int fd) {
    // Not repeated on EINTR: Linux has closed the descriptor by then.
    call(CLOSE, fd);
  }

  @Override
  public int read(int fd, ByteBuffer direct) throws ErrnoException {
    long address = Libc.address(direct) + direct.position();
    long count = call(READ, fd, address, direct.remaining());
    while (count == -1) {
      failUnlessInterrupted("read", fd);
      count = call(READ, fd, address, direct.remaining());
    }
    direct.position(direct.position() + (int) count);
    Reference.reachabilityFence(direct);
    return (int) count;
  }

  @Override
  public void writeFully(int fd, ByteBuffer direct) throws ErrnoException {
    long address = Libc.address(direct);
    while (direct.hasRemaining()) {
      long count = call(WRITE, fd, address + direct.position(), direct.remaining());
      if (count >= 0) {
        direct.position(direct.position() + (int) count);
      } else {
        failUnlessInterrupted("write", fd);
      }
    }
    Reference.reachabilityFence(direct);
  }

  @Override
  public void writeFully(int fd, byte[] bytes) throws ErrnoException {
    try (Scratch scratch = Scratch.take(bytes.length)) {
      long from = scratch.bytes(bytes);
      int done = 0;
      while (done < bytes.length) {
        long count = call(WRITE, fd, from + done, bytes.length - done);
        if (count >= 0) {
          done += (int) count;
        } else {
          failUnlessInterrupted("write", fd);
        }
      }
    }
  }

  @Override
  public void ftruncate(int fd, long sizeBytes) throws ErrnoException {
    while ((int) call(FTRUNCATE, fd, sizeBytes) == -1) {
      failUnlessInterrupted("ftruncate", fd);
    }
  }

  @Override
  public void fsync(int fd) throws ErrnoException {
    while ((int) call(FSYNC, fd) == -1) {
      failUnlessInterrupted("fsync", fd);
    }
  }

  @Override
  public void flushData(int fd) throws ErrnoException {
    while ((int) call(SYNC_FILE_RANGE, fd, 0, 0, WRITE_AND_WAIT) == -1) {
      failUnlessInterrupted("sync_file_range", fd);
    }
  }

  @Override
  public void syncfs(int fd) throws ErrnoException {
    while ((int) call(SYNCFS, fd) == -1) {
      failUnlessInterrupted("syncfs", fd);
    }
  }

  @Override
  public int[] pipe() throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long ends = scratch.reserve(8);
      if ((int) call(PIPE2, ends, O_CLOEXEC) == -1) {
        throw new ErrnoException("pipe2", "", Libc.errno());
      }
      return new int[] {scratch.getInt(ends), scratch.getInt(ends + 4)};
    }
  }

  @Override
  public void setNonBlocking(int fd) throws ErrnoException {
    int flags = (int) call(FCNTL, fd, F_GETFL);
    if (flags == -1 || (int) call(FCNTL, fd, F_SETFL, flags | O_NONBLOCK) == -1) {
      throw new ErrnoException("fcntl", "descriptor " + fd, Libc.errno());
    }
  }

  @Override
  public boolean flock(int fd, boolean block) throws ErrnoException {
    while ((int) call(FLOCK, fd, block ? LOCK_EX : LOCK_EX | LOCK_NB) == -1) {
      if (Libc.errno() == Errno.EWOULDBLOCK.intValue()) {
        return false;
      }
      failUnlessInterrupted("flock", fd);
    }
    return true;
  }

  @Override
  public int inotify() throws ErrnoException {
    int fd = (int) call(INOTIFY_INIT1, O_CLOEXEC);
    if (fd == -1) {
      throw new ErrnoException("inotify_init1", "", Libc.errno());
    }
    return fd;
  }

  @Override
  public int watchWrites(int inotify, byte[] path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.name(path, "inotify_add_watch");
      int watch;
      do {
        watch = (int) call(INOTIFY_ADD_WATCH, inotify, name, IN_MODIFY);
      } while (interrupted(watch, "inotify_add_watch", inotify, path));
      return watch;
    }
  }

  @Override
  public void unwatch(int inotify, int watch) {
    call(INOTIFY_RM_WATCH, inotify, watch);
  }

  @Override
  public boolean punchHole(int fd, long offset, long bytes) throws ErrnoException {
    while ((int) call(FALLOCATE, fd, PUNCH_HOLE, offset, bytes) == -1) {
      if (Libc.errno() == Errno.EOPNOTSUPP.intValue()) {
        return false;
      }
      failUnlessInterrupted("fallocate", fd);
    }
    return true;
  }

  static void failUnlessInterrupted(String call, int fd) throws ErrnoException {
    int errno = Libc.errno();
    if (errno != Errno.EINTR.intValue()) {
      throw new ErrnoException(call, "descriptor " + fd, errno);
    }
  }
}
