package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import io.layerd.sys.Stat;
import java.util.Map;

/**
 * fsutil's {@code Stat} message.
 *
 * @param mode of Go's {@code os.FileMode}
 * @param link target of a symbolic link, or the name that a hard link stands for
 */
record FileStat(
    String path,
    int mode,
    int uid,
    int gid,
    long sizeBytes,
    long modifiedNanos,
    String link,
    int major,
    int minor,
    Map<String, byte[]> attributes) {
  private static final int DIRECTORY = 1 << 31;
  private static final int SYMLINK = 1 << 27;
  private static final int DEVICE = 1 << 26;
  private static final int PIPE = 1 << 25;
  private static final int SOCKET = 1 << 24;
  private static final int SETUID = 1 << 23;
  private static final int SETGID = 1 << 22;
  private static final int CHARACTERS = 1 << 21;
  private static final int STICKY = 1 << 20;
  private static final int KINDS = DIRECTORY | SYMLINK | DEVICE | PIPE | SOCKET | CHARACTERS;

  static FileStat read(WireMessage message) throws RpcException {
    return new FileStat(
        message.text(1),
        (int) message.number(2),
        (int) message.number(3),
        (int) message.number(4),
        message.number(5),
        message.number(6),
        message.text(7),
        (int) message.number(8),
        (int) message.number(9),
        message.bytesMap(10));
  }

  /**
   * @param link target of a symbolic link; empty for others
   */
  static FileStat of(String path, Stat stat, String link, Map<String, byte[]> attributes) {
    int mode = stat.mode() & 0777;
    mode |= (stat.mode() & 04000) != 0 ? SETUID : 0;
    mode |= (stat.mode() & 02000) != 0 ? SETGID : 0;
    mode |= (stat.mode() & 01000) != 0 ? STICKY : 0;
    mode |=
        switch (stat.mode() & 0170000) {
          case 0040000 -> DIRECTORY;
          case 0120000 -> SYMLINK;
          case 0060000 -> DEVICE;
          case 0020000 -> DEVICE | CHARACTERS;
          case 0010000 -> PIPE;
          case 0140000 -> SOCKET;
          default -> 0;
        };
    return new FileStat(
        path,
        mode,
        stat.uid(),
        stat.gid(),
        stat.isRegular() ? stat.sizeBytes() : 0,
        stat.mtimeSeconds() * 1_000_000_000L + stat.mtimeNanos(),
        link,
        stat.rdevMajor(),
        stat.rdevMinor(),
        attributes);
  }

  WireWriter message() {
    return new WireWriter()
        .text(1, path)
        .number(2, mode & 0xffffffffL)
        .number(3, uid)
        .number(4, gid)
        .number(5, sizeBytes)
        .number(6, modifiedNanos)
        .text(7, link)
        .number(8, major)
        .number(9, minor)
        .bytesMap(10, attributes);
  }

  boolean isDirectory() {
    return (mode & DIRECTORY) != 0;
  }

  boolean isSymlink() {
    return (mode & SYMLINK) != 0;
  }

  boolean isRegular() {
    return (mode & KINDS) == 0;
  }

  boolean isPipe() {
    return (mode & PIPE) != 0;
  }

  /** Permission bits as the kernel has them. */
  int permissions() {
    int bits = mode & 0777;
    bits |= (mode & SETUID) != 0 ? 04000 : 0;
    bits |= (mode & SETGID) != 0 ? 02000 : 0;
    bits |= (mode & STICKY) != 0 ? 01000 : 0;
    return bits;
  }
}
