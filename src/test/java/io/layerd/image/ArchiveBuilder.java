package io.layerd.image;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.archive.TarEntry;
import io.layerd.archive.TarWriter;
import io.layerd.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Archives for {@code docker load}, good and bad. */
final class ArchiveBuilder {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarWriter tar = new TarWriter(bytes);

  ArchiveBuilder file(String name, byte[] content) {
    return add('0', name, "", content);
  }

  ArchiveBuilder file(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  ArchiveBuilder json(String name, Object content) {
    return file(name, json(content));
  }

  ArchiveBuilder symlink(String name, String target) {
    return add('2', name, target, new byte[0]);
  }

  ArchiveBuilder hardLink(String name, String target) {
    return add('1', name, target, new byte[0]);
  }

  /** Docker's manifest of one image. */
  ArchiveBuilder manifest(List<String> tags, String config, String... layers) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("Config", config);
    item.put("RepoTags", tags);
    item.put("Layers", List.of(layers));
    return json("manifest.json", List.of(item));
  }

  private ArchiveBuilder add(char type, String name, String link, byte[] content) {
    try {
      tar.entry(
          new TarEntry(
              type,
              name.getBytes(StandardCharsets.UTF_8),
              link.getBytes(StandardCharsets.UTF_8),
              0644,
              0,
              0,
              content.length,
              0,
              0,
              0,
              0,
              List.of()),
          content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] build() {
    try {
      tar.finish();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A layer with one file. */
  static byte[] layer(String name, int size) {
    return new ArchiveBuilder().file(name, "x".repeat(size)).build();
  }

  /** An image configuration of these layers. */
  static byte[] config(String created, byte[]... layers) {
    List<String> ids = new ArrayList<>();
    List<Object> history = new ArrayList<>();
    for (byte[] layer : layers) {
      ids.add(Digest.of(layer).toString());
      history.add(Map.of("created_by", "layer"));
    }
    return json(
        Map.of(
            "architecture",
            "amd64",
            "os",
            "linux",
            "created",
            created,
            "rootfs",
            Map.of("type", "layers", "diff_ids", ids),
            "history",
            history));
  }

  static byte[] json(Object content) {
    try {
      return JSON.writeValueAsBytes(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
