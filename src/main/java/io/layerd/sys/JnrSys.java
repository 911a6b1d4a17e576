package io.layerd.sys;

import static io.layerd.sys.Libc.call;

import java.util.List;
import jnr.constants.platform.Errno;

/** The host's kernel: mounts, namespaces and processes, and below them everything on files. */
final class JnrSys extends JnrAttributes {
  private static final long MOUNT = Libc.function("mount");
  private static final long UMOUNT2 = Libc.function("umount2");
  private static final long STATFS = Libc.function("statfs");
  private static final long UNSHARE = Libc.function("unshare");
  private static final long SETNS = Libc.function("setns");
  private static final long CHDIR = Libc.function("chdir");
  private static final long GETTID = Libc.function("gettid");
  private static final long GETPID = Libc.function("getpid");
  private static final long KILL = Libc.function("kill");
  private static final long WAITPID = Libc.function("waitpid");
  private static final long SHUTDOWN = Libc.function("shutdown");
  private static final long UMASK = Libc.function("umask");

  private static final int STATFS_BYTES = 120;
  private static final int SHUT_RD = 0;
  private static final int SHUT_WR = 1;
  private static final int SHUT_RDWR = 2;

  private JnrSys() {}

  private static final class Holder {
    static final Sys HOST = new JnrSys();
  }

  static Sys load() {
    return Holder.HOST;
  }

  @Override
  public void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException {
    int room = 64 + 4 * (source.length() + target.length() + type.length() + data.length());
    try (Scratch scratch = Scratch.take(room)) {
      long result =
          call(
              MOUNT,
              scratch.text(source),
              scratch.text(target),
              scratch.text(type),
              flags,
              scratch.text(data));
      check((int) result, "mount", target);
    }
  }

  @Override
  public void umount2(String target, int flags) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      check((int) call(UMOUNT2, scratch.text(target), flags), "umount2", target);
    }
  }

  @Override
  public FsStat statfs(String path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long name = scratch.text(path);
      long at = scratch.reserve(STATFS_BYTES);
      while ((int) call(STATFS, name, at) == -1) {
        int errno = Libc.errno();
        if (errno != Errno.EINTR.intValue()) {
          throw new ErrnoException("statfs", path, errno);
        }
      }
      return new FsStat(
          scratch.getLong(at) & 0xffffffffL,
          scratch.getLong(at + 8),
          scratch.getLong(at + 16),
          scratch.getLong(at + 24),
          scratch.getLong(at + 32),
          scratch.getLong(at + 40),
          scratch.getLong(at + 48));
    }
  }

  @Override
  public void unshare(int flags) throws ErrnoException {
    check((int) call(UNSHARE, flags), "unshare", "0x" + Integer.toHexString(flags));
  }

  @Override
  public void setns(int fd, int type) throws ErrnoException {
    check((int) call(SETNS, fd, type), "setns", "descriptor " + fd);
  }

  @Override
  public void chdir(String path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      check((int) call(CHDIR, scratch.text(path)), "chdir", path);
    }
  }

  @Override
  public int gettid() {
    return (int) call(GETTID);
  }

  @Override
  public int getpid() {
    return (int) call(GETPID);
  }

  @Override
  public void kill(int pid, int signal) throws ErrnoException {
    check((int) call(KILL, pid, signal), "kill", Integer.toString(pid));
  }

  @Override
  public int spawn(
      String directory, List<String> command, List<String> environment, int[] descriptors)
      throws ErrnoException {
    return Spawn.spawn(directory, command, environment, descriptors);
  }

  @Override
  public int waitpid(int pid) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long status = scratch.reserve(4);
      while ((int) call(WAITPID, pid, status, 0) == -1) {
        int errno = Libc.errno();
        if (errno != Errno.EINTR.intValue()) {
          throw new ErrnoException("waitpid", Integer.toString(pid), errno);
        }
      }
      return scratch.getInt(status);
    }
  }

  @Override
  public int netlinkSocket(int family) throws ErrnoException {
    return Sockets.netlink(family);
  }

  @Override
  public int connectSeqpacket(String path) throws ErrnoException {
    return Sockets.connectSeqpacket(this, path);
  }

  @Override
  public int connectDatagram(String path) throws ErrnoException {
    return Sockets.connectDatagram(this, path);
  }

  @Override
  public int socketOption(int fd, int option) throws ErrnoException {
    return Sockets.option(fd, option);
  }

  @Override
  public void shutdownWrite(int fd) throws ErrnoException {
    check((int) call(SHUTDOWN, fd, SHUT_WR), "shutdown", "descriptor " + fd);
  }

  @Override
  public void shutdownRead(int fd) throws ErrnoException {
    check((int) call(SHUTDOWN, fd, SHUT_RD), "shutdown", "descriptor " + fd);
  }

  @Override
  public void shutdown(int fd) throws ErrnoException {
    check((int) call(SHUTDOWN, fd, SHUT_RDWR), "shutdown", "descriptor " + fd);
  }

  @Override
  public int umask(int mask) {
    return (int) call(UMASK, mask);
  }

  private static void check(int result, String call, String target) throws ErrnoException {
    if (result == -1) {
      throw new ErrnoException(call, target, Libc.errno());
    }
  }
}
