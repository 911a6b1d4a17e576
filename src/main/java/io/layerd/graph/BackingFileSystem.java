package io.layerd.graph;

import java.util.Map;

/** Names of file systems by their statfs(2) magic, as {@code docker info} spells them. */
public final class BackingFileSystem {
  public static final long OVERLAY = 0x794C7630L;

  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(0x61756673L, "aufs"),
          Map.entry(0x9123683EL, "btrfs"),
          Map.entry(0x28cd3d45L, "cramfs"),
          Map.entry(0xf15fL, "ecryptfs"),
          Map.entry(0xEF53L, "extfs"),
          Map.entry(0xF2F52010L, "f2fs"),
          Map.entry(0x65735546L, "fuse"),
          Map.entry(0x47504653L, "gpfs"),
          Map.entry(0x72b6L, "jffs2"),
          Map.entry(0x3153464aL, "jfs"),
          Map.entry(0x6969L, "nfs"),
          Map.entry(OVERLAY, "overlayfs"),
          Map.entry(0x858458f6L, "ramfs"),
          Map.entry(0x52654973L, "reiserfs"),
          Map.entry(0x517BL, "smb"),
          Map.entry(0x73717368L, "squashfs"),
          Map.entry(0x01021994L, "tmpfs"),
          Map.entry(0xa501fcf5L, "vxfs"),
          Map.entry(0x58465342L, "xfs"),
          Map.entry(0x2fc12fc1L, "zfs"));

  private BackingFileSystem() {}

  /** The name, or {@code <unknown>}. */
  public static String name(long magic) {
    return NAMES.getOrDefault(magic, "<unknown>");
  }
}
