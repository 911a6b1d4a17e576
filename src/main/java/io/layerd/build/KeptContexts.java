package io.layerd.build;

import io.layerd.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The last contexts that clients of BuildKit sent, so that of the next one only what changed has to
 * be sent. A cache: whatever goes wrong with it costs a transfer and nothing else.
 */
public final class KeptContexts {
  private static final Logger LOG = Logger.getLogger(KeptContexts.class);
  private static final int MOST = 16;

  private final Path root;

  KeptContexts(Path work) {
    root = work.resolve("layerd-contexts");
  }

  private Path place(String key) {
    return root.resolve(Digest.of(key.getBytes(StandardCharsets.UTF_8)).hex());
  }

  /**
   * What was kept under a key: may vanish at any time, and must not be changed.
   *
   * @return null if there is nothing
   */
  public @Nullable Path find(String key) {
    Path place = place(key);
    return Files.isDirectory(place) ? place : null;
  }

  /** Takes a directory over, in place of what was kept before under the key. */
  synchronized void keep(String key, Path directory) {
    try {
      Files.createDirectories(root);
      Path old = Files.createTempDirectory(root, "old");
      Path place = place(key);
      if (Files.isDirectory(place)) {
        Files.move(place, old.resolve("tree"), StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(directory, place, StandardCopyOption.ATOMIC_MOVE);
      ContextDirectory.delete(old);
      drop(MOST);
    } catch (IOException e) {
      LOG.debugf("a context is not kept: %s", e.getMessage());
    }
  }

  /** Deletes all of them. */
  public synchronized void clear() {
    if (Files.isDirectory(root)) {
      drop(0);
    }
  }

  private void drop(int most) {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> found = Files.newDirectoryStream(root)) {
      found.forEach(all::add);
    } catch (IOException e) {
      LOG.debugf("kept contexts cannot be listed: %s", e.getMessage());
    }
    all.sort(Comparator.comparing(KeptContexts::changed).reversed());
    all.stream().skip(most).forEach(ContextDirectory::delete);
  }

  /**
   * When it was put there: a move changes the status of a directory, whose times are its client's.
   */
  private static long changed(Path directory) {
    try {
      return ((java.nio.file.attribute.FileTime) Files.getAttribute(directory, "unix:ctime"))
          .toMillis();
    } catch (IOException e) {
      return 0;
    }
  }
}
