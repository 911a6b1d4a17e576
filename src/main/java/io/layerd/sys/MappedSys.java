package io.layerd.sys;

import io.layerd.error.InvalidParameter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files as a container's user namespace has them: owners are told and taken as ids inside, and what
 * is made is its root's. File capabilities say whose they are outside, and nobody inside sees that.
 */
final class MappedSys extends ForwardingSys {
  private static final byte[] CAPABILITY =
      "security.capability".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final IdMappings ids;
  private final int rootUid;
  private final int rootGid;

  MappedSys(Sys host, IdMappings ids) {
    super(host);
    this.ids = ids;
    this.rootUid = ids.rootUid();
    this.rootGid = ids.rootGid();
  }

  @Override
  public Sys outside() {
    return host;
  }

  @Override
  public IdMappings mappings() {
    return ids;
  }

  @Override
  public int openat(int dirFd, byte[] path, int flags, int mode) throws ErrnoException {
    if ((flags & O_CREAT) == 0) {
      return host.openat(dirFd, path, flags, mode);
    }
    int fd;
    try {
      fd = host.openat(dirFd, path, flags | O_EXCL, mode);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EEXIST) || (flags & O_EXCL) != 0) {
        throw e;
      }
      return host.openat(dirFd, path, flags, mode);
    }
    return made(fd);
  }

  private int made(int fd) throws ErrnoException {
    try {
      host.fchown(fd, rootUid, rootGid);
      return fd;
    } catch (ErrnoException e) {
      host.close(fd);
      throw e;
    }
  }

  @Override
  public int openat2(int dirFd, byte[] path, int flags, int mode, int resolve)
      throws ErrnoException {
    if ((flags & O_CREAT) == 0) {
      return host.openat2(dirFd, path, flags, mode, resolve);
    }
    int fd;
    try {
      fd = host.openat2(dirFd, path, flags | O_EXCL, mode, resolve);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EEXIST) || (flags & O_EXCL) != 0) {
        throw e;
      }
      return host.openat2(dirFd, path, flags, mode, resolve);
    }
    return made(fd);
  }

  @Override
  public void mkdirat(int dirFd, byte[] path, int mode) throws ErrnoException {
    host.mkdirat(dirFd, path, mode);
    host.lchownat(dirFd, path, rootUid, rootGid);
  }

  @Override
  public void symlinkat(byte[] target, int dirFd, byte[] path) throws ErrnoException {
    host.symlinkat(target, dirFd, path);
    host.lchownat(dirFd, path, rootUid, rootGid);
  }

  @Override
  public void mknodat(int dirFd, byte[] path, int mode, int major, int minor)
      throws ErrnoException {
    host.mknodat(dirFd, path, mode, major, minor);
    host.lchownat(dirFd, path, rootUid, rootGid);
  }

  @Override
  public Stat lstatat(int dirFd, byte[] path) throws ErrnoException {
    return inside(host.lstatat(dirFd, path));
  }

  @Override
  public @Nullable Stat findat(int dirFd, byte[] path) throws ErrnoException {
    Stat stat = host.findat(dirFd, path);
    return stat == null ? null : inside(stat);
  }

  @Override
  public Stat fstat(int fd) throws ErrnoException {
    return inside(host.fstat(fd));
  }

  private Stat inside(Stat stat) {
    return stat.ownedBy(
        IdMappings.inside(ids.uids(), stat.uid()), IdMappings.inside(ids.gids(), stat.gid()));
  }

  @Override
  public void lchownat(int dirFd, byte[] path, int uid, int gid) throws ErrnoException {
    host.lchownat(dirFd, path, outside(ids.uids(), uid), outside(ids.gids(), gid));
  }

  @Override
  public void fchown(int fd, int uid, int gid) throws ErrnoException {
    host.fchown(fd, outside(ids.uids(), uid), outside(ids.gids(), gid));
  }

  /**
   * To chown(2) -1 means no change.
   *
   * @throws InvalidParameter if there is none, in dockerd's words
   */
  private static int outside(List<IdMappings.Range> ranges, int id) {
    if (id == -1) {
      return id;
    }
    long found = IdMappings.outside(ranges, id);
    if (found < 0) {
      throw new InvalidParameter(
          "container ID " + Integer.toUnsignedLong(id) + " cannot be mapped to a host ID");
    }
    return (int) found;
  }

  @Override
  public byte[] lgetxattr(byte[] path, byte[] name) throws ErrnoException {
    byte[] value = host.lgetxattr(path, name);
    return Arrays.equals(name, CAPABILITY) ? FileCapability.plain(value) : value;
  }

  @Override
  public byte[] fgetxattr(int fd, byte[] name) throws ErrnoException {
    byte[] value = host.fgetxattr(fd, name);
    return Arrays.equals(name, CAPABILITY) ? FileCapability.plain(value) : value;
  }

  @Override
  public void lsetxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException {
    host.lsetxattr(path, name, of(name, value));
  }

  @Override
  public void fsetxattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    host.fsetxattr(fd, name, of(name, value));
  }

  private byte[] of(byte[] name, byte[] value) {
    return Arrays.equals(name, CAPABILITY) ? FileCapability.of(value, rootUid) : value;
  }
}
