package io.layerd.layer;

import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Layers that were published and that so far only their maker holds: {@code tmp/unclaimed-<hex>},
 * an empty file. If the maker is killed, the next start deletes them, and no others that merely
 * seem unused: those may belong to an image that cannot be read, or to dockerd's BuildKit.
 */
final class Unclaimed {
  private static final Logger LOG = Logger.getLogger(Unclaimed.class);
  static final String PREFIX = "unclaimed-";

  private final Path staging;
  private final Set<ChainId> chains = ConcurrentHashMap.newKeySet();

  Unclaimed(Path staging) throws IOException {
    this.staging = staging;
    try (DirectoryStream<Path> marks = Files.newDirectoryStream(staging, PREFIX + "*")) {
      for (Path mark : marks) {
        String hex = String.valueOf(mark.getFileName()).substring(PREFIX.length());
        if (hex.length() == 64) {
          chains.add(new ChainId(new Digest("sha256", hex)));
        }
      }
    }
  }

  /** Before a layer is published. */
  void mark(ChainId id) throws IOException {
    chains.add(id);
    try {
      Files.createFile(file(id));
    } catch (FileAlreadyExistsException e) {
      // A killed daemon's: it says the same.
      return;
    }
  }

  /** Somebody else holds the layer now, or it is gone. */
  void clear(ChainId id) {
    if (!chains.remove(id)) {
      return;
    }
    try {
      Files.deleteIfExists(file(id));
    } catch (IOException e) {
      LOG.warnf("Layer %s: %s", id, e.getMessage());
    }
  }

  Set<ChainId> all() {
    return Set.copyOf(chains);
  }

  private Path file(ChainId id) {
    return staging.resolve(PREFIX + id.digest().hex());
  }
}
