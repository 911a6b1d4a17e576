package io.layerd.fsck;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.EngineException;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.ImageConfig;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Checks {@code imagedb} and {@code repositories.json}. */
final class Images {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern HEX64 = Pattern.compile("[0-9a-f]{64}");

  private final Path root;
  private final Map<ChainId, Entry> layers;
  private final Findings findings;

  private final Set<String> whole = new HashSet<>();

  Images(Path root, Map<ChainId, Entry> layers, Findings findings) {
    this.root = root;
    this.layers = layers;
    this.findings = findings;
  }

  void check() throws IOException {
    Path content = root.resolve("imagedb/content/sha256");
    if (Files.isDirectory(content)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(content)) {
        for (Path file : files) {
          checkOne(file, String.valueOf(file.getFileName()));
        }
      }
    }
    names(root.resolve("repositories.json"));
  }

  int count() {
    return whole.size();
  }

  private static List<ChainId> chains(List<DiffId> diffIds) {
    List<ChainId> chains = new ArrayList<>();
    ChainId below = null;
    for (DiffId diffId : diffIds) {
      below = ChainId.of(below, diffId);
      chains.add(below);
    }
    return chains;
  }

  private void checkOne(Path file, String hex) {
    if (!HEX64.matcher(hex).matches()) {
      findings.leftover(file, "is no image");
      return;
    }
    try {
      byte[] raw = Files.readAllBytes(file);
      LayerEntries.requireDigest(file, raw);
      for (ChainId chain : chains(ImageConfig.parse(raw).diffIds())) {
        if (!layers.containsKey(chain)) {
          throw new IOException("its layer " + chain + " is missing or damaged");
        }
      }
      whole.add(hex);
    } catch (IOException | EngineException e) {
      findings.add(
          new Problem(
              "image sha256:" + hex,
              String.valueOf(e.getMessage()),
              new Problem.Cure.Quarantine(file)),
          file);
    }
  }

  private void names(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    try {
      JsonNode repositories = JSON.readTree(Files.readAllBytes(file)).path("Repositories");
      if (!repositories.isObject()) {
        throw new IOException("it holds no names");
      }
      for (JsonNode repository : repositories) {
        for (Map.Entry<String, JsonNode> entry : repository.properties()) {
          String id = entry.getValue().asText();
          if (!id.startsWith("sha256:") || !whole.contains(id.substring(7))) {
            findings.add(
                new Problem(
                    "name " + entry.getKey(),
                    "its image " + id + " is missing or damaged",
                    new Problem.Cure.Untag(file, entry.getKey())),
                file);
          }
        }
      }
    } catch (IOException e) {
      findings.add(
          new Problem(
              file.toString(), String.valueOf(e.getMessage()), new Problem.Cure.Quarantine(file)),
          file);
    }
  }
}
