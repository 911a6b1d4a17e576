package io.layerd.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds layer tars entry by entry. Names are Java strings, or raw bytes as ISO 8859-1. */
final class TarBuilder {
  private static final long TIME_SECONDS = 1_700_000_000L;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar =
      new TarArchiveOutputStream(bytes, StandardCharsets.ISO_8859_1.name());

  TarBuilder() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  /** Long names as PAX headers instead of GNU's. */
  TarBuilder pax() {
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    return this;
  }

  /** A UTF-8 name as the byte-for-byte string that this builder writes. */
  static String utf8(String name) {
    return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  TarBuilder dir(String name, int mode) {
    return add(entry(name + "/", TarConstants.LF_DIR, mode), new byte[0]);
  }

  TarBuilder file(String name, int mode, String content) {
    return file(name, mode, content.getBytes(StandardCharsets.UTF_8));
  }

  TarBuilder file(String name, int mode, byte[] content) {
    return add(entry(name, TarConstants.LF_NORMAL, mode), content);
  }

  TarBuilder owned(String name, int mode, long uid, long gid, String content) {
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, mode);
    entry.setUserId(uid);
    entry.setGroupId(gid);
    return add(entry, content.getBytes(StandardCharsets.UTF_8));
  }

  TarBuilder withXattr(String name, int mode, Map<String, String> xattrs, byte[] content) {
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL, mode);
    xattrs.forEach((key, value) -> entry.addPaxHeader("SCHILY.xattr." + key, value));
    return add(entry, content);
  }

  TarBuilder symlink(String name, String target) {
    TarArchiveEntry entry = entry(name, TarConstants.LF_SYMLINK, 0777);
    entry.setLinkName(target);
    return add(entry, new byte[0]);
  }

  TarBuilder hardLink(String name, String target) {
    TarArchiveEntry entry = entry(name, TarConstants.LF_LINK, 0755);
    entry.setLinkName(target);
    return add(entry, new byte[0]);
  }

  TarBuilder device(String name, boolean block, int major, int minor) {
    TarArchiveEntry entry = entry(name, block ? TarConstants.LF_BLK : TarConstants.LF_CHR, 0660);
    entry.setDevMajor(major);
    entry.setDevMinor(minor);
    return add(entry, new byte[0]);
  }

  TarBuilder fifo(String name) {
    return add(entry(name, TarConstants.LF_FIFO, 0644), new byte[0]);
  }

  byte[] bytes() {
    try {
      tar.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static TarArchiveEntry entry(String name, byte type, int mode) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setMode(mode);
    entry.setModTime(TIME_SECONDS * 1000);
    entry.setUserId(0);
    entry.setGroupId(0);
    return entry;
  }

  private TarBuilder add(TarArchiveEntry entry, byte[] content) {
    try {
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
