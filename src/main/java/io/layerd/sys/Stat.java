package io.layerd.sys;

/**
 * What statx(2) says of a file, without following a link.
 *
 * @param mode type and permission bits, as in st_mode
 * @param mtimeSeconds seconds since the epoch, may be negative
 */
public record Stat(
    int mode,
    int uid,
    int gid,
    long sizeBytes,
    long inode,
    int linkCount,
    int rdevMajor,
    int rdevMinor,
    int devMajor,
    int devMinor,
    long mtimeSeconds,
    int mtimeNanos,
    long ctimeSeconds,
    int ctimeNanos,
    long blocks512) {
  public static final int S_IFMT = 0170000;
  public static final int S_IFSOCK = 0140000;
  public static final int S_IFLNK = 0120000;
  public static final int S_IFREG = 0100000;
  public static final int S_IFBLK = 0060000;
  public static final int S_IFDIR = 0040000;
  public static final int S_IFCHR = 0020000;
  public static final int S_IFIFO = 0010000;

  /** The same of another owner. */
  Stat ownedBy(int otherUid, int otherGid) {
    return new Stat(
        mode,
        otherUid,
        otherGid,
        sizeBytes,
        inode,
        linkCount,
        rdevMajor,
        rdevMinor,
        devMajor,
        devMinor,
        mtimeSeconds,
        mtimeNanos,
        ctimeSeconds,
        ctimeNanos,
        blocks512);
  }

  public int type() {
    return mode & S_IFMT;
  }

  /** Permission bits with setuid, setgid and sticky. */
  public int permissions() {
    return mode & 07777;
  }

  public boolean isDirectory() {
    return type() == S_IFDIR;
  }

  public boolean isRegular() {
    return type() == S_IFREG;
  }

  public boolean isSymlink() {
    return type() == S_IFLNK;
  }

  /** An overlayfs whiteout: a character device 0:0. */
  public boolean isWhiteout() {
    return type() == S_IFCHR && rdevMajor == 0 && rdevMinor == 0;
  }
}
