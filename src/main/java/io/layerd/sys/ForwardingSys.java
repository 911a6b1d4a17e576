package io.layerd.sys;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands every call on to another kernel. */
abstract class ForwardingSys implements Sys {
  final Sys host;

  ForwardingSys(Sys host) {
    this.host = host;
  }

  @Override
  public int openat(int dirFd, byte[] path, int flags, int mode) throws ErrnoException {
    return host.openat(dirFd, path, flags, mode);
  }

  @Override
  public int openat2(int dirFd, byte[] path, int flags, int mode, int resolve)
      throws ErrnoException {
    return host.openat2(dirFd, path, flags, mode, resolve);
  }

  @Override
  public void close(int fd) {
    host.close(fd);
  }

  @Override
  public int read(int fd, ByteBuffer direct) throws ErrnoException {
    return host.read(fd, direct);
  }

  @Override
  public void writeFully(int fd, ByteBuffer direct) throws ErrnoException {
    host.writeFully(fd, direct);
  }

  @Override
  public void writeFully(int fd, byte[] bytes) throws ErrnoException {
    host.writeFully(fd, bytes);
  }

  @Override
  public void ftruncate(int fd, long sizeBytes) throws ErrnoException {
    host.ftruncate(fd, sizeBytes);
  }

  @Override
  public void fsync(int fd) throws ErrnoException {
    host.fsync(fd);
  }

  @Override
  public void flushData(int fd) throws ErrnoException {
    host.flushData(fd);
  }

  @Override
  public void syncfs(int fd) throws ErrnoException {
    host.syncfs(fd);
  }

  @Override
  public void mkdirat(int dirFd, byte[] path, int mode) throws ErrnoException {
    host.mkdirat(dirFd, path, mode);
  }

  @Override
  public void symlinkat(byte[] target, int dirFd, byte[] path) throws ErrnoException {
    host.symlinkat(target, dirFd, path);
  }

  @Override
  public void linkat(int fromDirFd, byte[] from, int toDirFd, byte[] to) throws ErrnoException {
    host.linkat(fromDirFd, from, toDirFd, to);
  }

  @Override
  public void unlinkat(int dirFd, byte[] path, int flags) throws ErrnoException {
    host.unlinkat(dirFd, path, flags);
  }

  @Override
  public void renameat(int fromDirFd, byte[] from, int toDirFd, byte[] to) throws ErrnoException {
    host.renameat(fromDirFd, from, toDirFd, to);
  }

  @Override
  public byte[] readlinkat(int dirFd, byte[] path) throws ErrnoException {
    return host.readlinkat(dirFd, path);
  }

  @Override
  public void mknodat(int dirFd, byte[] path, int mode, int major, int minor)
      throws ErrnoException {
    host.mknodat(dirFd, path, mode, major, minor);
  }

  @Override
  public List<DirEntry> readDirectory(int fd) throws ErrnoException {
    return host.readDirectory(fd);
  }

  @Override
  public Stat lstatat(int dirFd, byte[] path) throws ErrnoException {
    return host.lstatat(dirFd, path);
  }

  @Override
  public @Nullable Stat findat(int dirFd, byte[] path) throws ErrnoException {
    return host.findat(dirFd, path);
  }

  @Override
  public Stat fstat(int fd) throws ErrnoException {
    return host.fstat(fd);
  }

  @Override
  public void lchownat(int dirFd, byte[] path, int uid, int gid) throws ErrnoException {
    host.lchownat(dirFd, path, uid, gid);
  }

  @Override
  public void fchown(int fd, int uid, int gid) throws ErrnoException {
    host.fchown(fd, uid, gid);
  }

  @Override
  public void fchmodat(int dirFd, byte[] path, int mode) throws ErrnoException {
    host.fchmodat(dirFd, path, mode);
  }

  @Override
  public void fchmod(int fd, int mode) throws ErrnoException {
    host.fchmod(fd, mode);
  }

  @Override
  public void utimensat(int dirFd, byte[] path, long seconds, int nanos) throws ErrnoException {
    host.utimensat(dirFd, path, seconds, nanos);
  }

  @Override
  public void futimens(int fd, long seconds, int nanos) throws ErrnoException {
    host.futimens(fd, seconds, nanos);
  }

  @Override
  public List<byte[]> llistxattr(byte[] path) throws ErrnoException {
    return host.llistxattr(path);
  }

  @Override
  public byte[] lgetxattr(byte[] path, byte[] name) throws ErrnoException {
    return host.lgetxattr(path, name);
  }

  @Override
  public void lsetxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException {
    host.lsetxattr(path, name, value);
  }

  @Override
  public void lremovexattr(byte[] path, byte[] name) throws ErrnoException {
    host.lremovexattr(path, name);
  }

  @Override
  public List<byte[]> flistxattr(int fd) throws ErrnoException {
    return host.flistxattr(fd);
  }

  @Override
  public byte[] fgetxattr(int fd, byte[] name) throws ErrnoException {
    return host.fgetxattr(fd, name);
  }

  @Override
  public void fsetxattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    host.fsetxattr(fd, name, value);
  }

  @Override
  public void mount(String source, String target, String type, long flags, String data)
      throws ErrnoException {
    host.mount(source, target, type, flags, data);
  }

  @Override
  public void umount2(String target, int flags) throws ErrnoException {
    host.umount2(target, flags);
  }

  @Override
  public FsStat statfs(String path) throws ErrnoException {
    return host.statfs(path);
  }

  @Override
  public void unshare(int flags) throws ErrnoException {
    host.unshare(flags);
  }

  @Override
  public void setns(int fd, int type) throws ErrnoException {
    host.setns(fd, type);
  }

  @Override
  public void chdir(String path) throws ErrnoException {
    host.chdir(path);
  }

  @Override
  public int gettid() {
    return host.gettid();
  }

  @Override
  public int getpid() {
    return host.getpid();
  }

  @Override
  public void kill(int pid, int signal) throws ErrnoException {
    host.kill(pid, signal);
  }

  @Override
  public int spawn(
      String directory, List<String> command, List<String> environment, int[] descriptors)
      throws ErrnoException {
    return host.spawn(directory, command, environment, descriptors);
  }

  @Override
  public int spawn(List<String> command, List<String> environment, int[] descriptors)
      throws ErrnoException {
    return host.spawn(command, environment, descriptors);
  }

  @Override
  public int waitpid(int pid) throws ErrnoException {
    return host.waitpid(pid);
  }

  @Override
  public int[] pipe() throws ErrnoException {
    return host.pipe();
  }

  @Override
  public boolean flock(int fd, boolean block) throws ErrnoException {
    return host.flock(fd, block);
  }

  @Override
  public int connectSeqpacket(String path) throws ErrnoException {
    return host.connectSeqpacket(path);
  }

  @Override
  public int connectDatagram(String path) throws ErrnoException {
    return host.connectDatagram(path);
  }

  @Override
  public int inotify() throws ErrnoException {
    return host.inotify();
  }

  @Override
  public int watchWrites(int inotify, byte[] path) throws ErrnoException {
    return host.watchWrites(inotify, path);
  }

  @Override
  public void unwatch(int inotify, int watch) {
    host.unwatch(inotify, watch);
  }

  @Override
  public boolean punchHole(int fd, long offset, long bytes) throws ErrnoException {
    return host.punchHole(fd, offset, bytes);
  }

  @Override
  public int socketOption(int fd, int option) throws ErrnoException {
    return host.socketOption(fd, option);
  }

  @Override
  public void setNonBlocking(int fd) throws ErrnoException {
    host.setNonBlocking(fd);
  }

  @Override
  public int netlinkSocket(int family) throws ErrnoException {
    return host.netlinkSocket(family);
  }

  @Override
  public void shutdownWrite(int fd) throws ErrnoException {
    host.shutdownWrite(fd);
  }

  @Override
  public void shutdownRead(int fd) throws ErrnoException {
    host.shutdownRead(fd);
  }

  @Override
  public void shutdown(int fd) throws ErrnoException {
    host.shutdown(fd);
  }

  @Override
  public int umask(int mask) {
    return host.umask(mask);
  }
}
