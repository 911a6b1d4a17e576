package io.layerd.image;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.EngineException;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which blob holds which layer, and where it was seen. A cache: what is missing or broken costs a
 * download and nothing else.
 */
final class DistributionMetadata {
  private static final Logger LOG = Logger.getLogger(DistributionMetadata.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int FILE_MODE = 0644;
  private static final int NEWEST = 50;

  /**
   * A place a layer's blob is known to be.
   *
   * @param hmac tells which credentials pushed it; empty after a pull
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Seen(
      @JsonProperty("Digest") String digest,
      @JsonProperty("SourceRepository") String sourceRepository,
      @JsonProperty("HMAC") @Nullable String hmac) {}

  private final Path diffIds;
  private final Path seen;
  private final DurableWriter writer;

  DistributionMetadata(Path distribution, DurableWriter writer) throws IOException {
    this.diffIds = Files.createDirectories(distribution.resolve("diffid-by-digest/sha256"));
    this.seen = Files.createDirectories(distribution.resolve("v2metadata-by-diffid/sha256"));
    this.writer = writer;
  }

  /** The layer a blob unpacks to, if it ever was unpacked here. */
  Optional<DiffId> diffId(Digest blob) {
    try {
      return Optional.of(DiffId.parse(Files.readString(diffIds.resolve(blob.hex())).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException | EngineException e) {
      LOG.debugf("no diff ID for %s: %s", blob, e.getMessage());
      return Optional.empty();
    }
  }

  /** Where a layer's blob was seen, newest last. */
  List<Seen> seen(DiffId diffId) {
    try {
      byte[] json = Files.readAllBytes(seen.resolve(diffId.digest().hex()));
      return MAPPER.readValue(json, new TypeReference<List<Seen>>() {});
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Writes down that a repository holds a layer as this blob. */
  void add(DiffId diffId, Digest blob, String sourceRepository) {
    add(diffId, blob, sourceRepository, "");
  }

  /**
   * Writes down that a layer was pushed as this blob.
   *
   * @param hmac tells with which credentials
   */
  synchronized void add(DiffId diffId, Digest blob, String sourceRepository, String hmac) {
    Seen entry = new Seen(blob.toString(), sourceRepository, hmac);
    List<Seen> known = seen(diffId);
    boolean mapped = diffId(blob).filter(diffId::equals).isPresent();
    if (mapped && !known.isEmpty() && known.getLast().equals(entry)) {
      return;
    }
    List<Seen> changed = new ArrayList<>(known);
    changed.remove(entry);
    changed.add(entry);
    List<Seen> newest = changed.subList(Math.max(0, changed.size() - NEWEST), changed.size());
    try {
      if (!mapped) {
        byte[] text = diffId.toString().getBytes(StandardCharsets.UTF_8);
        writer.write(diffIds.resolve(blob.hex()), text, FILE_MODE);
      }
      writer.write(
          seen.resolve(diffId.digest().hex()), MAPPER.writeValueAsBytes(newest), FILE_MODE);
    } catch (IOException e) {
      LOG.warnf("cannot note where layer %s came from: %s", diffId, e.getMessage());
    }
  }
}
