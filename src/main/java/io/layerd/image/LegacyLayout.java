package io.layerd.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.spec.GoJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code repositories}: an archive that Docker before 1.10 wrote, in which every layer is an image
 * of its own. Their new configurations are made as dockerd makes them, so that ids are the same.
 */
final class LegacyLayout {
  static final String REPOSITORIES = "repositories";
  private static final Set<String> NOT_KEPT =
      Set.of("id", "parent", "Size", "parent_id", "layer_id", "throwaway");
  private static final int[] FIRST_WITH_WHOLE_JSON = {1, 8, 3};

  private final ImageState state;
  private final LoadedArchive archive;
  private final LoadedChains chains;
  private final Map<String, Image> done = new HashMap<>();

  LegacyLayout(ImageState state, LoadedArchive archive, LoadedChains chains) {
    this.state = state;
    this.archive = archive;
    this.chains = chains;
  }

  /** Receives every image under its name. */
  interface Named {
    void accept(Image image, Reference name);
  }

  void load(Named named) {
    JsonNode repositories = DockerLayout.parse(archive.bytes(REPOSITORIES));
    for (Map.Entry<String, JsonNode> repository : repositories.properties()) {
      for (Map.Entry<String, JsonNode> tag : repository.getValue().properties()) {
        Image image = load(tag.getValue().asText(""), 0);
        named.accept(image, Reference.parse(repository.getKey()).withTag(tag.getKey()));
      }
    }
  }

  private Image load(String id, int depth) {
    Image known = done.get(id);
    if (known != null) {
      return known;
    }
    if (!id.matches("[0-9a-f]{64}")) {
      throw new InvalidParameter("invalid target ID: " + id);
    }
    if (depth > 1000) {
      throw new InvalidParameter("the archive's images have no end of parents");
    }
    JsonNode json = DockerLayout.parse(archive.bytes(id + "/json"));
    String parentId = json.path("parent").asText("");
    Image parent = parentId.isEmpty() ? null : load(parentId, depth + 1);
    ChainId below = parent == null ? null : parent.chainId();
    DiffId diffId = chains.add(below, id + "/layer.tar");
    List<DiffId> diffIds = new ArrayList<>(parent == null ? List.of() : parent.diffIds());
    diffIds.add(diffId);
    ArrayNode history = GoJson.object().arrayNode();
    if (parent != null) {
      DockerLayout.parse(parent.raw()).path("history").forEach(history::add);
    }
    history.add(history(json));
    byte[] config = config(json, diffIds, history);
    Digest parentImage = parent == null ? null : parent.id();
    Image image = state.images.create(config, parentImage, false);
    done.put(id, image);
    return image;
  }

  private static byte[] config(JsonNode json, List<DiffId> diffIds, ArrayNode history) {
    ObjectNode fields = GoJson.object();
    if (older(json.path("docker_version").asText(""))) {
      fields.setAll(LegacyConfig.described(json));
    } else {
      json.properties()
          .forEach(
              field -> {
                if (!NOT_KEPT.contains(field.getKey())) {
                  fields.set(field.getKey(), field.getValue());
                }
              });
    }
    ObjectNode rootfs = fields.putObject("rootfs");
    rootfs.put("type", "layers");
    ArrayNode ids = rootfs.putArray("diff_ids");
    diffIds.forEach(diffId -> ids.add(diffId.toString()));
    fields.set("history", history);
    return GoJson.bytes(GoJson.sorted(fields));
  }

  private static ObjectNode history(JsonNode json) {
    ObjectNode step = GoJson.object();
    if (json.hasNonNull("created")) {
      step.set("created", json.get("created"));
    }
    List<String> command = new ArrayList<>();
    json.path("container_config").path("Cmd").forEach(word -> command.add(word.asText("")));
    put(step, "created_by", String.join(" ", command));
    put(step, "author", json.path("author").asText(""));
    put(step, "comment", json.path("comment").asText(""));
    return step;
  }

  private static void put(ObjectNode step, String name, String value) {
    if (!value.isEmpty()) {
      step.put(name, value);
    }
  }

  /** Whether an engine wrote it that left fields out which it did not know. */
  private static boolean older(String version) {
    String[] parts = version.split("\\.");
    for (int i = 0; i < FIRST_WITH_WHOLE_JSON.length; i++) {
      boolean number = i < parts.length && parts[i].matches("[0-9]{1,9}");
      int part = number ? Integer.parseInt(parts[i]) : 0;
      if (part != FIRST_WITH_WHOLE_JSON[i]) {
        return part < FIRST_WITH_WHOLE_JSON[i];
      }
    }
    return false;
  }
}
