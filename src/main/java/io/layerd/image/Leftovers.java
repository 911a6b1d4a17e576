package io.layerd.image;

import io.layerd.durable.AtomicFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/** Deletes the files that a killed daemon was writing when it died. */
final class Leftovers {
  private static final Logger LOG = Logger.getLogger(Leftovers.class);

  private Leftovers() {}

  /** Looks in a directory of the image store, and in all directories below it. */
  static void sweep(Path directory) {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
      for (Path path : names) {
        if (AtomicFiles.isTemporary(String.valueOf(path.getFileName()))) {
          Files.deleteIfExists(path);
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
          sweep(path);
        }
      }
    } catch (IOException e) {
      LOG.warnf("cannot sweep %s: %s", directory, e.getMessage());
    }
  }

  /** Looks in a directory alone. */
  static void sweepFlat(Path directory) {
    try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
      for (Path path : names) {
        if (AtomicFiles.isTemporary(String.valueOf(path.getFileName()))) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException e) {
      LOG.warnf("cannot sweep %s: %s", directory, e.getMessage());
    }
  }
}
