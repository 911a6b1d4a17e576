package io.layerd.archive;

import java.util.List;

/**
 * One entry of a tar that is written.
 *
 * @param type the type flag: {@code 0} regular, {@code 1} hard link, {@code 2} symbolic link,
 *     {@code 3} and {@code 4} devices, {@code 5} directory, {@code 6} FIFO
 * @param name as it goes into the tar; directories end with a slash
 * @param linkName target of a link, else empty
 * @param mode permission bits with setuid, setgid and sticky
 * @param sizeBytes bytes of content that will be written, 0 for all but regular files
 * @param mtimeNanos written as a pax record if it is not 0
 */
@SuppressWarnings("ArrayRecordComponent") // names are bytes
public record TarEntry(
    char type,
    byte[] name,
    byte[] linkName,
    int mode,
    int uid,
    int gid,
    long sizeBytes,
    long mtimeSeconds,
    int mtimeNanos,
    int major,
    int minor,
    List<Xattr> xattrs) {

  /** An extended attribute. */
  @SuppressWarnings("ArrayRecordComponent") // names are bytes
  public record Xattr(byte[] name, byte[] value) {}

  public TarEntry {
    xattrs = List.copyOf(xattrs);
  }

  /** A regular file of root's. */
  public static TarEntry file(String name, int mode, long sizeBytes, long mtimeSeconds) {
    return plain('0', name, mode, sizeBytes, mtimeSeconds);
  }

  /** A directory of root's; a slash is added to the name. */
  public static TarEntry directory(String name, int mode, long mtimeSeconds) {
    return plain('5', name.endsWith("/") ? name : name + "/", mode, 0, mtimeSeconds);
  }

  private static TarEntry plain(char type, String name, int mode, long size, long mtime) {
    byte[] bytes = TarNames.bytes(name);
    return new TarEntry(type, bytes, TarNames.EMPTY, mode, 0, 0, size, mtime, 0, 0, 0, List.of());
  }
}
