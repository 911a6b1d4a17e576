package io.layerd.graph.overlayfs;

import io.layerd.error.SystemFailure;
import io.layerd.graph.BackingFileSystem;
import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Tries out what overlayfs does on a directory's file system: one mount with two lowers answers all
 * questions.
 */
public final class OverlayProbe {
  private static final String PREFIX = ".layerd-check-";

  private final Sys sys;
  private final Path home;
  private final String driver;
  private final Set<String> refused;

  /**
   * @param home an existing directory
   * @param driver the name that messages give
   * @param refused backing file systems that do not do, as {@link BackingFileSystem} names them
   */
  public OverlayProbe(Sys sys, Path home, String driver, Set<String> refused) {
    this.sys = sys;
    this.home = home;
    this.driver = driver;
    this.refused = refused;
  }

  /**
   * @param metacopy whether the kernel copies up metadata alone unless told otherwise
   * @param nativeDiff whether an upper directory holds exactly a layer's changes
   */
  public record Result(String backingFileSystem, boolean metacopy, boolean nativeDiff) {}

  /**
   * Mounts and looks.
   *
   * @throws SystemFailure if overlays cannot be used there; the message says why
   */
  public Result run() {
    try {
      String backing = BackingFileSystem.name(sys.statfs(home.toString()).magic());
      if (refused.contains(backing)) {
        throw new SystemFailure(
            "'" + driver + "' is not supported over " + backing + ": move the data root " + home);
      }
      sweep();
      Path directory = Files.createTempDirectory(home, PREFIX);
      try {
        return probe(directory, backing);
      } finally {
        new Trees(sys).delete(directory);
      }
    } catch (IOException e) {
      throw new SystemFailure("cannot use " + driver + " on " + home + ": " + e.getMessage(), e);
    }
  }

  // What a daemon killed while probing left.
  private void sweep() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(home, PREFIX + "*")) {
      for (Path directory : left) {
        unmount(directory.resolve("merged"));
        new Trees(sys).delete(directory);
      }
    }
  }

  private Result probe(Path directory, String backing) throws IOException {
    Path lower1 = Files.createDirectories(directory.resolve("l1/d"));
    Path lower2 = Files.createDirectories(directory.resolve("l2/d"));
    Path upper = Files.createDirectory(directory.resolve("u"));
    Files.createDirectory(directory.resolve("w"));
    Path merged = directory.resolve("merged");
    Files.createDirectory(directory.resolve("l1/r"));
    Files.writeString(directory.resolve("l2/f"), "f");
    Files.writeString(lower1.resolve("hidden"), "h");
    requireFileTypes(directory, backing);
    sys.lsetxattr(bytes(lower2), ascii("trusted.overlay.opaque"), ascii("y"));
    OverlayMounter.host(sys, directory)
        .mount(new OverlayStack(List.of("l2", "l1"), "u", "w", "merged"), "");
    try {
      sys.fchmodat(Sys.AT_FDCWD, bytes(merged.resolve("f")), 0600);
      boolean metacopy = has(upper.resolve("f"), "trusted.overlay.metacopy");
      Files.writeString(merged.resolve("d/new"), "n");
      boolean opaqueCopied = has(upper.resolve("d"), "trusted.overlay.opaque");
      return new Result(backing, metacopy, !opaqueCopied && !redirects(merged));
    } finally {
      unmount(merged);
    }
  }

  // Without file types in readdir, overlayfs cannot see whiteouts.
  private void requireFileTypes(Path directory, String backing) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, bytes(directory), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try {
      for (DirEntry entry : sys.readDirectory(fd)) {
        if (entry.type() == 0) {
          throw new SystemFailure(noFileTypes(driver, backing));
        }
      }
    } finally {
      sys.close(fd);
    }
  }

  static String noFileTypes(String driver, String backing) {
    String cure =
        switch (backing) {
          case "xfs" -> " Reformat the filesystem with ftype=1 to enable d_type support.";
          case "extfs" ->
              " Reformat the filesystem (or use tune2fs) with -O filetype flag to enable d_type"
                  + " support.";
          default -> "";
        };
    return driver
        + ": the backing "
        + backing
        + " filesystem is formatted without d_type support, which leads to incorrect behavior."
        + cure
        + " Backing filesystems without d_type support are not supported.";
  }

  // A lower directory that can be renamed leaves a redirect, which means nothing in a layer tar.
  private boolean redirects(Path merged) throws ErrnoException {
    try {
      sys.renameat(
          Sys.AT_FDCWD, bytes(merged.resolve("r")), Sys.AT_FDCWD, bytes(merged.resolve("s")));
      return true;
    } catch (ErrnoException e) {
      if (e.is(ErrnoException.EXDEV)) {
        return false;
      }
      throw e;
    }
  }

  private boolean has(Path file, String attribute) throws ErrnoException {
    byte[] name = ascii(attribute);
    return sys.llistxattr(bytes(file)).stream().anyMatch(found -> Arrays.equals(found, name));
  }

  private void unmount(Path merged) throws ErrnoException {
    try {
      sys.umount2(merged.toString(), Sys.MNT_DETACH);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EINVAL) && !e.is(ErrnoException.ENOENT)) {
        throw e;
      }
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }
}
