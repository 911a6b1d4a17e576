package io.layerd.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** What images are called: {@code repositories.json}, written whole at every change. */
final class ReferenceStore {
  private static final Logger LOG = Logger.getLogger(ReferenceStore.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int FILE_MODE = 0600;
  private static final Comparator<Reference> BY_NAME = Comparator.comparing(Reference::familiar);

  private final Path file;
  private final DurableWriter writer;

  /** Replaced with this object's lock held, read without: a reader never waits for a disk. */
  private volatile Map<Reference, Digest> names = Map.of();

  ReferenceStore(Path file, DurableWriter writer) {
    this.file = file;
    this.writer = writer;
    load();
  }

  private synchronized void load() {
    if (!Files.exists(file)) {
      return;
    }
    Map<Reference, Digest> found = new HashMap<>();
    try {
      JsonNode repositories = MAPPER.readTree(Files.readAllBytes(file)).path("Repositories");
      for (JsonNode repository : repositories) {
        for (Map.Entry<String, JsonNode> entry : repository.properties()) {
          loadOne(entry.getKey(), entry.getValue().asText(), found);
        }
      }
    } catch (IOException e) {
      LOG.errorf("image names are lost, %s cannot be read: %s", file, e.getMessage());
      keepCopy();
    }
    names = found;
  }

  private void loadOne(String name, String id, Map<Reference, Digest> found) {
    try {
      found.put(Reference.parse(name), Digest.parse(id));
    } catch (EngineException e) {
      LOG.warnf("image name %s in %s is left out: %s", name, file, e.getMessage());
    }
  }

  /** The next change would overwrite what a human may still want to read. */
  private void keepCopy() {
    try {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".broken"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warnf("cannot keep a copy of %s: %s", file, e.getMessage());
    }
  }

  /** The image a name means; a digest wins over a tag. */
  Optional<Digest> find(Reference name) {
    return Optional.ofNullable(names.get(name.stored()));
  }

  /** All names of an image, sorted. */
  List<Reference> of(Digest id) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(id))
        .map(Map.Entry::getKey)
        .sorted(BY_NAME)
        .toList();
  }

  /** All names of a repository, sorted. */
  List<Reference> ofRepository(Reference repository) {
    return names.keySet().stream()
        .filter(name -> name.name().equals(repository.name()))
        .sorted(BY_NAME)
        .toList();
  }

  /** All names, by image. */
  Map<Digest, List<Reference>> byImage() {
    Map<Digest, List<Reference>> all = new HashMap<>();
    names.forEach((name, id) -> all.computeIfAbsent(id, _ -> new ArrayList<>()).add(name));
    all.values().forEach(list -> list.sort(BY_NAME));
    return all;
  }

  /** Gives an image a name; durable on return. */
  void put(Reference name, Digest id) {
    change(Map.of(name.stored(), id), List.of());
  }

  /** Gives an image several names at once; durable on return. */
  void putAll(Map<Reference, Digest> added) {
    change(added, List.of());
  }

  /** Takes names away, all at once; durable on return. */
  void removeAll(List<Reference> removed) {
    change(Map.of(), removed);
  }

  private synchronized void change(Map<Reference, Digest> added, List<Reference> removed) {
    Map<Reference, Digest> changed = new HashMap<>(names);
    changed.putAll(added);
    removed.forEach(changed::remove);
    if (changed.equals(names)) {
      return;
    }
    TreeMap<String, TreeMap<String, String>> repositories = new TreeMap<>();
    changed.forEach(
        (name, id) ->
            repositories
                .computeIfAbsent(name.familiarName(), _ -> new TreeMap<>())
                .put(name.familiar(), id.toString()));
    try {
      byte[] json = MAPPER.writeValueAsBytes(Map.of("Repositories", repositories));
      writer.write(file, json, FILE_MODE);
    } catch (IOException e) {
      throw new SystemFailure("cannot write image names to " + file + ": " + e.getMessage(), e);
    }
    names = changed;
  }
}
