package io.layerd.sys;

import java.nio.ByteBuffer;
import java.util.List;
import jnr.constants.platform.Errno;
import org.jspecify.annotations.Nullable;

/**
 * The kernel, as layerd uses it. One implementation calls libc through jnr ({@link Sys#host()});
 * tests may write another.
 *
 * <p>Names are bytes: Linux does not promise text. A {@code dirFd} is a directory descriptor or
 * {@link #AT_FDCWD}; an empty path with a descriptor means the descriptor itself where the call
 * allows it. Every call throws {@link ErrnoException}, EINTR is retried inside. All calls may
 * block: not for the event loop.
 */
public interface Sys {
  int AT_FDCWD = -100;
  int AT_SYMLINK_NOFOLLOW = 0x100;
  int AT_REMOVEDIR = 0x200;

  int O_RDONLY = 0;
  int O_WRONLY = 1;
  int O_RDWR = 2;
  int O_CREAT = 0100;
  int O_EXCL = 0200;
  int O_TRUNC = 01000;
  int O_APPEND = 02000;
  int O_NONBLOCK = 04000;
  int O_DIRECTORY = 0200000;
  int O_NOFOLLOW = 0400000;
  int O_CLOEXEC = 02000000;
  int O_PATH = 010000000;

  int RESOLVE_NO_XDEV = 0x01;
  int RESOLVE_NO_SYMLINKS = 0x04;
  int RESOLVE_BENEATH = 0x08;
  int RESOLVE_IN_ROOT = 0x10;

  int MS_RDONLY = 1;
  int MS_NOSUID = 2;
  int MS_NODEV = 4;
  int MS_NOEXEC = 8;
  int MS_REMOUNT = 32;
  int MS_BIND = 4096;
  int MS_REC = 16384;
  int MS_UNBINDABLE = 1 << 17;
  int MS_PRIVATE = 1 << 18;
  int MS_SLAVE = 1 << 19;
  int MS_SHARED = 1 << 20;
  int MNT_DETACH = 2;

  int SO_TYPE = 3;
  int SO_ACCEPTCONN = 30;
  int SO_DOMAIN = 39;

  int CLONE_FS = 0x00000200;
  int CLONE_NEWNS = 0x00020000;
  int CLONE_NEWNET = 0x40000000;

  /** The libc of this machine. */
  static Sys host() {
    return JnrSys.load();
  }

  /** The kernel without the eyes of a container, see {@link IdMappings#on}. */
  default Sys outside() {
    return this;
  }

  /** What owners of files are told in. */
  default IdMappings mappings() {
    return IdMappings.NONE;
  }

  /**
   * Lets root of containers pass through a directory of the daemon's own, as its group. Nothing
   * where ids are the host's.
   */
  default void letPass(byte[] path) throws ErrnoException {
    if (!mappings().isNone()) {
      outside().lchownat(AT_FDCWD, path, 0, mappings().rootGid());
      outside().fchmodat(AT_FDCWD, path, outside().lstatat(AT_FDCWD, path).permissions() | 0010);
    }
  }

  // descriptors; O_CLOEXEC is always added on open
  int openat(int dirFd, byte[] path, int flags, int mode) throws ErrnoException;

  /** openat2(2): {@code resolve} is a set of RESOLVE_ flags. */
  int openat2(int dirFd, byte[] path, int flags, int mode, int resolve) throws ErrnoException;

  /** Closes; errors are ignored, since nothing can be done about them. */
  void close(int fd);

  /** Reads into a direct buffer from its position; returns bytes read, 0 at the end. */
  int read(int fd, ByteBuffer direct) throws ErrnoException;

  /** Writes all that remains of a direct buffer. */
  void writeFully(int fd, ByteBuffer direct) throws ErrnoException;

  /** Writes all of the bytes. */
  default void writeFully(int fd, byte[] bytes) throws ErrnoException {
    writeFully(fd, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
  }

  void ftruncate(int fd, long sizeBytes) throws ErrnoException;

  void fsync(int fd) throws ErrnoException;

  /**
   * Writes the file's data to the device and waits, without committing the file system's journal
   * (sync_file_range(2)). On ext4 and xfs, whose journals are sequential, a later fsync of anything
   * changed afterwards makes the file durable; elsewhere use {@link #fsync}.
   */
  default void flushData(int fd) throws ErrnoException {
    fsync(fd);
  }

  void syncfs(int fd) throws ErrnoException;

  // names
  void mkdirat(int dirFd, byte[] path, int mode) throws ErrnoException;

  void symlinkat(byte[] target, int dirFd, byte[] path) throws ErrnoException;

  /** Hard link; a symbolic link at the source is linked itself. */
  void linkat(int fromDirFd, byte[] from, int toDirFd, byte[] to) throws ErrnoException;

  void unlinkat(int dirFd, byte[] path, int flags) throws ErrnoException;

  void renameat(int fromDirFd, byte[] from, int toDirFd, byte[] to) throws ErrnoException;

  byte[] readlinkat(int dirFd, byte[] path) throws ErrnoException;

  /** {@code mode} holds the type bits; {@code major:minor} matter for devices. */
  void mknodat(int dirFd, byte[] path, int mode, int major, int minor) throws ErrnoException;

  /**
   * All names but {@code .} and {@code ..}; the descriptor must be freshly opened, and stays open.
   */
  List<DirEntry> readDirectory(int fd) throws ErrnoException;

  // metadata
  Stat lstatat(int dirFd, byte[] path) throws ErrnoException;

  /** As {@link #lstatat}, and null where there is no such name: cheaper than an exception. */
  default @Nullable Stat findat(int dirFd, byte[] path) throws ErrnoException {
    try {
      return lstatat(dirFd, path);
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
        return null;
      }
      throw e;
    }
  }

  Stat fstat(int fd) throws ErrnoException;

  void lchownat(int dirFd, byte[] path, int uid, int gid) throws ErrnoException;

  void fchown(int fd, int uid, int gid) throws ErrnoException;

  /** Follows symbolic links, as chmod(2) does: never call it on a link. */
  void fchmodat(int dirFd, byte[] path, int mode) throws ErrnoException;

  void fchmod(int fd, int mode) throws ErrnoException;

  /**
   * Sets the modification time, and the access time to the same, of the name itself, links not
   * followed.
   */
  void utimensat(int dirFd, byte[] path, long seconds, int nanos) throws ErrnoException;

  void futimens(int fd, long seconds, int nanos) throws ErrnoException;

  // extended attributes, links not followed
  List<byte[]> llistxattr(byte[] path) throws ErrnoException;

  byte[] lgetxattr(byte[] path, byte[] name) throws ErrnoException;

  void lsetxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException;

  void lremovexattr(byte[] path, byte[] name) throws ErrnoException;

  List<byte[]> flistxattr(int fd) throws ErrnoException;

  byte[] fgetxattr(int fd, byte[] name) throws ErrnoException;

  void fsetxattr(int fd, byte[] name, byte[] value) throws ErrnoException;

  // file systems and namespaces
  void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException;

  void umount2(String target, int flags) throws ErrnoException;

  FsStat statfs(String path) throws ErrnoException;

  /** Of the calling thread: only on a platform thread that ends afterwards. */
  void unshare(int flags) throws ErrnoException;

  /** Of the calling thread: only on a platform thread that ends afterwards. */
  void setns(int fd, int type) throws ErrnoException;

  /**
   * Of the calling thread once it has unshared CLONE_FS: only on a platform thread that ends
   * afterwards.
   */
  void chdir(String path) throws ErrnoException;

  /** Kernel id of the calling platform thread. */
  int gettid();

  // processes
  int getpid();

  /** kill(2); signal 0 probes. */
  void kill(int pid, int signal) throws ErrnoException;

  /**
   * posix_spawn(3) in a new session.
   *
   * @param directory the child's working directory
   * @param descriptors descriptor i of the child is {@code descriptors[i]} of this process, for i
   *     from 0; -1 is /dev/null
   * @return the child's process id; reap it with {@link #waitpid}
   */
  int spawn(String directory, List<String> command, List<String> environment, int[] descriptors)
      throws ErrnoException;

  /** The same, in the working directory of this process. */
  default int spawn(List<String> command, List<String> environment, int[] descriptors)
      throws ErrnoException {
    return spawn(".", command, environment, descriptors);
  }

  /** Waits for a child made by {@link #spawn}; returns the raw wait status. */
  int waitpid(int pid) throws ErrnoException;

  /** A close-on-exec pipe: {read end, write end}. */
  int[] pipe() throws ErrnoException;

  /** flock(2) exclusive; false if another process holds it and {@code block} is false. */
  boolean flock(int fd, boolean block) throws ErrnoException;

  /** A connected SOCK_SEQPACKET Unix socket; the path may be longer than 107 bytes. */
  int connectSeqpacket(String path) throws ErrnoException;

  /** A connected Unix datagram socket: each {@link #writeFully} sends one. */
  int connectDatagram(String path) throws ErrnoException;

  /** inotify_init1(2): {@link #read} of the descriptor blocks until something was changed. */
  int inotify() throws ErrnoException;

  /**
   * inotify_add_watch(2) for IN_MODIFY.
   *
   * @return the number that events carry
   */
  int watchWrites(int inotify, byte[] path) throws ErrnoException;

  /** inotify_rm_watch(2); errors are ignored: a file that is gone is not watched any more. */
  void unwatch(int inotify, int watch);

  /**
   * Gives the blocks of a part of a file back, which reads as zeros from then on.
   *
   * @return false if the file system cannot
   */
  boolean punchHole(int fd, long offset, long bytes) throws ErrnoException;

  /** getsockopt(2) at the level of sockets: {@code option} is one of the SO_ numbers. */
  int socketOption(int fd, int option) throws ErrnoException;

  /** Sets O_NONBLOCK for all that share the open socket or file. */
  void setNonBlocking(int fd) throws ErrnoException;

  /** To routes and interfaces, and to the table of connections, for {@link #netlinkSocket}. */
  int NETLINK_ROUTE = 0;

  int NETLINK_NETFILTER = 12;

  /**
   * A netlink socket to the kernel, to the calling thread's network namespace. Reading gives up
   * with EAGAIN when no answer comes for some seconds.
   */
  int netlinkSocket(int family) throws ErrnoException;

  /** shutdown(2) of the sending side. */
  void shutdownWrite(int fd) throws ErrnoException;

  /** shutdown(2) of the receiving side: wakes a reader; the other end does not see an end. */
  void shutdownRead(int fd) throws ErrnoException;

  /** shutdown(2) of both sides: wakes a thread that is blocked in {@link #read}. */
  void shutdown(int fd) throws ErrnoException;

  /** Sets the umask of the process; returns the old one. */
  int umask(int mask);
}
