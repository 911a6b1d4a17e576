package io.layerd.build;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A digest of what COPY would put into an image: names, kinds, modes, link targets and contents,
 * but no times, so that a fresh checkout of the same sources finds the cache.
 */
final class ContentHash {
  private final Sys sys;
  private final IgnoreFile excludes;
  private final boolean owners;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(128 * 1024);

  /**
   * @param owners whether owners count: they do where they are copied
   */
  ContentHash(Sys sys, IgnoreFile excludes, boolean owners) {
    this.sys = sys;
    this.excludes = excludes;
    this.owners = owners;
  }

  /** {@code file:<hex>}, {@code dir:<hex>} or {@code multi:<hex>}. */
  String of(List<CopySource> sources) throws ErrnoException {
    if (sources.size() == 1) {
      CopySource source = sources.getFirst();
      return (source.stat().isDirectory() ? "dir:" : "file:") + hex(source);
    }
    MessageDigest all = sha256();
    for (CopySource source : sources) {
      all.update(hex(source).getBytes(StandardCharsets.US_ASCII));
    }
    return "multi:" + HexFormat.of().formatHex(all.digest());
  }

  private String hex(CopySource source) throws ErrnoException {
    MessageDigest digest = sha256();
    if (source.stat().isDirectory()) {
      tree(digest, source.host(), "");
    } else {
      entry(digest, source.host(), source.name(), source.stat());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void tree(MessageDigest digest, byte[] directory, String inside) throws ErrnoException {
    List<DirEntry> entries = new ArrayList<>(list(directory));
    entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
    for (DirEntry entry : entries) {
      String path = inside + new String(entry.name(), StandardCharsets.UTF_8);
      byte[] host = TreeCopy.join(directory, entry.name());
      Stat stat = sys.lstatat(Sys.AT_FDCWD, host);
      boolean excluded = excludes.excludes(path);
      if (!excluded) {
        entry(digest, host, path.getBytes(StandardCharsets.UTF_8), stat);
      }
      if (stat.isDirectory() && (!excluded || excludes.hasExceptions())) {
        tree(digest, host, path + "/");
      }
    }
  }

  private void entry(MessageDigest digest, byte[] host, byte[] name, Stat stat)
      throws ErrnoException {
    digest.update(name);
    String kind =
        "\0%o %d %d %d:%d"
            .formatted(
                stat.mode(),
                stat.isRegular() ? stat.sizeBytes() : 0,
                stat.rdevMajor() * 256L + stat.rdevMinor(),
                owners ? stat.uid() : 0,
                owners ? stat.gid() : 0);
    digest.update(kind.getBytes(StandardCharsets.US_ASCII));
    if (stat.isSymlink()) {
      digest.update(sys.readlinkat(Sys.AT_FDCWD, host));
    }
    List<byte[]> attributes = new ArrayList<>(sys.llistxattr(host));
    attributes.sort(Arrays::compareUnsigned);
    for (byte[] attribute : attributes) {
      if (!new String(attribute, StandardCharsets.ISO_8859_1).startsWith("trusted.overlay.")) {
        digest.update(attribute);
        digest.update(sys.lgetxattr(host, attribute));
      }
    }
    if (stat.isRegular()) {
      content(digest, host);
    }
    digest.update((byte) 0);
  }

  private void content(MessageDigest digest, byte[] host) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, host, Sys.O_RDONLY | Sys.O_NOFOLLOW, 0);
    try {
      while (sys.read(fd, buffer.clear()) > 0) {
        digest.update(buffer.flip());
      }
    } finally {
      sys.close(fd);
    }
  }

  private List<DirEntry> list(byte[] path) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      return sys.readDirectory(fd);
    } finally {
      sys.close(fd);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
