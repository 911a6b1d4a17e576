package io.layerd.fsck;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a storage driver lays out its directory. */
interface DriverHome {
  /** The layout of a driver, or null if nothing is known about it. */
  static @Nullable DriverHome of(Path dataRoot, String driver) {
    Path home = dataRoot.resolve(driver);
    return switch (driver) {
      case "overlay2" -> new Overlay2Home(home);
      case "overlay" -> new OverlayHome(home);
      case "vfs" -> new VfsHome(home);
      default -> null;
    };
  }

  /** Where a layer's files are. */
  Path content(String id);

  /** Whether {@link #content} holds one layer alone, rather than all that is below it too. */
  boolean isUpper();

  /** The directories of layers are in here. */
  Path directories();

  /**
   * Checks what the driver itself writes about a layer.
   *
   * @param parent the layer below, if there is one
   */
  void check(String subject, String id, @Nullable String parent, Findings findings);

  /** Every layer there is; names that are no layer's are left out. */
  default List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    if (!Files.isDirectory(directories())) {
      return ids;
    }
    try (DirectoryStream<Path> names = Files.newDirectoryStream(directories())) {
      for (Path path : names) {
        String name = String.valueOf(path.getFileName());
        if (!name.startsWith(".") && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          ids.add(name);
        }
      }
    }
    return ids;
  }

  /** Adds a problem if a directory is missing. */
  static boolean requireDirectory(String subject, Path directory, Path layer, Findings findings) {
    if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    findings.add(
        Problem.of(subject, "its directory " + directory + " is missing", "pull the image again"),
        layer);
    return false;
  }
}
