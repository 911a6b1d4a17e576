package io.layerd.buildkit;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.WireMessage;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where a build's cache comes from and goes to.
 *
 * @param imports from registries and directories of the client
 * @param exports {@code inline}, {@code registry} and {@code local}
 */
record CacheOptions(List<Entry> imports, List<Entry> exports) {
  private static final int CACHE = 8;
  private static final int EXPORTS = 4;
  private static final int IMPORTS = 5;
  private static final Set<String> NOT_OFFERED = Set.of("gha", "s3", "azblob");
  private static final Set<String> EXPORT_ATTRIBUTES =
      Set.of(
          "ref",
          "dest",
          "tag",
          "mode",
          "oci-mediatypes",
          "image-manifest",
          "ignore-error",
          "compression",
          "compression-level",
          "force-compression");

  CacheOptions {
    imports = List.copyOf(imports);
    exports = List.copyOf(exports);
  }

  /** One place, by its kind. */
  record Entry(String type, Map<String, String> attributes) {
    Entry {
      attributes = Map.copyOf(attributes);
    }

    String text(String name) {
      return attributes.getOrDefault(name, "");
    }
  }

  /**
   * The options of a {@code SolveRequest}.
   *
   * @throws InvalidParameter with a sentence for what is not offered
   */
  static CacheOptions of(WireMessage request) throws RpcException {
    WireMessage cache = request.message(CACHE);
    return new CacheOptions(imports(entries(cache, IMPORTS)), exports(entries(cache, EXPORTS)));
  }

  /** With the imports that a frontend's options name as well. */
  CacheOptions with(Map<String, String> options) {
    List<Entry> all = new ArrayList<>(imports);
    String json = options.getOrDefault("cache-imports", "");
    if (!json.isEmpty()) {
      try {
        for (JsonNode each : SpecJson.MAPPER.readTree(json)) {
          Map<String, String> attributes = new TreeMap<>();
          each.path("Attrs")
              .properties()
              .forEach(field -> attributes.put(field.getKey(), field.getValue().asText()));
          all.add(new Entry(each.path("Type").asText(), attributes));
        }
      } catch (IOException e) {
        throw new InvalidParameter("failed to unmarshal cache-imports: " + e.getMessage(), e);
      }
    }
    for (String reference : options.getOrDefault("cache-from", "").split(",")) {
      if (!reference.isBlank()) {
        all.add(new Entry("registry", Map.of("ref", reference.strip())));
      }
    }
    return new CacheOptions(imports(all.stream().distinct().toList()), exports);
  }

  private static List<Entry> entries(WireMessage cache, int field) throws RpcException {
    List<Entry> entries = new ArrayList<>();
    for (WireMessage each : cache.messages(field)) {
      entries.add(new Entry(each.text(1), each.map(2)));
    }
    return entries;
  }

  private static List<Entry> imports(List<Entry> entries) {
    for (Entry entry : entries) {
      switch (entry.type()) {
        case "registry" -> require(entry, "ref", "importer");
        case "local" -> {
          require(entry, "src", "importer");
          if (entry.text("digest").isEmpty()) {
            throw new InvalidParameter(
                "local cache importer requires either explicit digest, \"latest\" tag or custom tag"
                    + " on index.json");
          }
        }
        default -> {} // the build goes on without it, and says so
      }
    }
    return entries;
  }

  private static List<Entry> exports(List<Entry> entries) {
    for (Entry entry : entries) {
      switch (entry.type()) {
        case "inline" -> {}
        case "registry" -> {
          require(entry, "ref", "exporter");
          checkExport(entry);
        }
        case "local" -> {
          require(entry, "dest", "exporter");
          checkExport(entry);
        }
        default -> throw refused(entry.type());
      }
    }
    return entries;
  }

  private static void require(Entry entry, String name, String what) {
    if (entry.text(name).isEmpty()) {
      throw new InvalidParameter(entry.type() + " cache " + what + " requires " + name);
    }
  }

  private static void checkExport(Entry entry) {
    if (!List.of("", "min", "max").contains(entry.text("mode"))) {
      throw new InvalidParameter("unknown cache export mode: " + entry.text("mode"));
    }
    if (!List.of("", "gzip").contains(entry.text("compression"))) {
      throw new InvalidParameter(
          "layerd compresses caches with gzip, not with " + entry.text("compression"));
    }
    for (String name : entry.attributes().keySet()) {
      if (!EXPORT_ATTRIBUTES.contains(name)) {
        throw new InvalidParameter(
            "unknown attribute of a " + entry.type() + " cache exporter: " + name);
      }
    }
  }

  private static InvalidParameter refused(String type) {
    return new InvalidParameter(
        NOT_OFFERED.contains(type)
            ? "layerd does not export caches of type "
                + type
                + ": use type=registry, type=local or type=inline"
            : "unknown cache exporter: \"" + type + "\"");
  }
}
