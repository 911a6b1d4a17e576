package io.layerd.graph.overlay2;

import io.layerd.error.SystemFailure;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.FsStat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeDeletion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Whether this kernel and this file system can carry overlay2, and what {@code docker info} says of
 * them.
 */
final class HostChecks {
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
          Map.entry(0x794C7630L, "overlayfs"),
          Map.entry(0x858458f6L, "ramfs"),
          Map.entry(0x52654973L, "reiserfs"),
          Map.entry(0x517BL, "smb"),
          Map.entry(0x73717368L, "squashfs"),
          Map.entry(0x01021994L, "tmpfs"),
          Map.entry(0xa501fcf5L, "vxfs"),
          Map.entry(0x58465342L, "xfs"),
          Map.entry(0x2fc12fc1L, "zfs"));
  private static final List<String> REFUSED =
      List.of("aufs", "ecryptfs", "nfs", "overlayfs", "zfs");

  private final Sys sys;
  private final Path home;

  private HostChecks(Sys sys, Path home) {
    this.sys = sys;
    this.home = home;
  }

  /**
   * Runs every check.
   *
   * @return the status lines of {@code docker info}
   * @throws SystemFailure with the reason why overlay2 cannot be used here
   */
  static List<Map.Entry<String, String>> run(Sys sys, Path home) throws IOException {
    HostChecks checks = new HostChecks(sys, home);
    checks.kernel();
    FsStat fs = sys.statfs(home.toString());
    String backing = NAMES.getOrDefault(fs.magic() & 0xffffffffL, "<unknown>");
    if (REFUSED.contains(backing)) {
      throw new SystemFailure(
          "overlay2: the backing file system "
              + backing
              + " of "
              + home
              + " cannot hold overlay2 layers; choose another data root");
    }
    checks.dirTypes(backing);
    Path test = Files.createTempDirectory(home, "check-");
    try {
      boolean nativeDiff = new OverlayProbe(sys, test).run();
      return List.of(
          Map.entry("Backing Filesystem", backing),
          Map.entry("Supports d_type", "true"),
          Map.entry("Using metacopy", String.valueOf(checks.parameter("metacopy"))),
          Map.entry(
              "Native Overlay Diff", String.valueOf(nativeDiff && !checks.parameter("metacopy"))),
          Map.entry("userxattr", "false"));
    } finally {
      new TreeDeletion(sys).delete(test);
    }
  }

  private void kernel() throws IOException {
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    int dot = release.indexOf('.');
    int major = dot < 0 ? 0 : Integer.parseInt(release.substring(0, dot));
    if (major < 4) {
      throw new SystemFailure(
          "overlay2: kernel " + release + " is too old, overlay2 needs 4.0 or newer");
    }
    if (!overlayKnown()) {
      modprobe();
      if (!overlayKnown()) {
        throw new SystemFailure(
            "overlay2: 'overlay' not found as a supported filesystem on this host. Please ensure"
                + " kernel is new enough and has overlay support loaded.");
      }
    }
  }

  private static boolean overlayKnown() throws IOException {
    return Files.readAllLines(Path.of("/proc/filesystems")).contains("nodev\toverlay");
  }

  private static void modprobe() throws IOException {
    try {
      Process process = new ProcessBuilder("modprobe", "overlay").inheritIO().start();
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new IOException("cannot run modprobe overlay: " + e.getMessage(), e);
    }
  }

  /** Overlay needs file types in directory listings. */
  private void dirTypes(String backing) throws ErrnoException {
    byte[] path = home.toString().getBytes(StandardCharsets.UTF_8);
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try {
      for (DirEntry entry : sys.readDirectory(fd)) {
        if (entry.type() == 0) {
          throw new SystemFailure(
              "overlay2: the backing "
                  + backing
                  + " filesystem is formatted without d_type support, which leads to incorrect"
                  + " behavior."
                  + hint(backing)
                  + " Backing filesystems without d_type support are not supported.");
        }
      }
    } finally {
      sys.close(fd);
    }
  }

  private static String hint(String backing) {
    return switch (backing) {
      case "xfs" -> " Reformat the filesystem with ftype=1 to enable d_type support.";
      case "extfs" ->
          " Reformat the filesystem (or use tune2fs) with -O filetype flag to enable d_type"
              + " support.";
      default -> "";
    };
  }

  private boolean parameter(String name) throws IOException {
    Path file = Path.of("/sys/module/overlay/parameters", name);
    return Files.exists(file) && Files.readString(file).strip().equals("Y");
  }
}
