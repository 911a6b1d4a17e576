package io.layerd.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** {@code manifest.json}: the images of an archive that Docker 1.10 or later wrote. */
final class DockerLayout {
  static final String MANIFEST = "manifest.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private DockerLayout() {}

  /** The images in the manifest's order, each read when it is its turn. */
  static Iterator<LoadedImage> of(LoadedArchive archive) {
    JsonNode manifest = parse(archive.bytes(MANIFEST));
    if (manifest.isNull() || manifest.isMissingNode()) {
      throw new InvalidParameter("invalid manifest, manifest cannot be null (but can be [])");
    }
    if (!manifest.isArray()) {
      throw new InvalidParameter(
          "json: cannot unmarshal "
              + manifest.getNodeType().name().toLowerCase(java.util.Locale.ROOT)
              + " into Go value of type []tarexport.manifestItem");
    }
    Iterator<JsonNode> items = manifest.elements();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public LoadedImage next() {
        if (!items.hasNext()) {
          throw new NoSuchElementException();
        }
        return image(archive, items.next());
      }
    };
  }

  private static LoadedImage image(LoadedArchive archive, JsonNode item) {
    String parent = item.path("Parent").asText("");
    return new LoadedImage(
        archive.bytes(item.path("Config").asText("")),
        texts(item.path("Layers")),
        texts(item.path("RepoTags")),
        parent.isEmpty() ? null : Digest.parse(parent));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText("")));
    return texts;
  }

  /** JSON of an archive, refused in few words. */
  static JsonNode parse(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter("invalid JSON in the archive: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory can be read", e);
    }
  }
}
