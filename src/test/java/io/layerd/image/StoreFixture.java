package io.layerd.image;

import io.layerd.events.EventLog;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** An image store on fake layers, with images made by hand. */
abstract class StoreFixture {
  static final String D = "sha256:" + "d".repeat(64);

  @TempDir Path root;
  final FakeLayerStore layers = new FakeLayerStore();
  final EventLog events = new EventLog();
  final Map<Digest, String> running = new HashMap<>();
  final Map<Digest, String> stopped = new HashMap<>();
  ImageService images;

  @BeforeEach
  void open() {
    images = reopen(layers);
  }

  ImageService reopen(FakeLayerStore store) {
    ImageService service =
        ImageServices.open(root, store, new RegistryOptions(RegistrySettings.DEFAULT), events);
    service.containerUses(
        (id, onlyRunning) -> {
          List<String> users = new ArrayList<>();
          if (running.containsKey(id)) {
            users.add(running.get(id));
          }
          if (!onlyRunning && stopped.containsKey(id)) {
            users.add(stopped.get(id));
          }
          return users;
        });
    return service;
  }

  /** An image whose layers hold the given texts. */
  Image make(String created, @Nullable Image parent, String label, String... contents) {
    try {
      List<byte[]> tars = new ArrayList<>();
      List<ChainId> held = new ArrayList<>();
      ChainId chain = null;
      for (String content : contents) {
        byte[] tar = content.getBytes(StandardCharsets.UTF_8);
        tars.add(tar);
        chain = layers.register(layers.stage(new ByteArrayInputStream(tar)), chain, null).chainId();
        held.add(chain);
      }
      StringBuilder ids = new StringBuilder();
      StringBuilder history = new StringBuilder("{\"created_by\":\"ENV\",\"empty_layer\":true}");
      for (byte[] tar : tars) {
        ids.append(ids.isEmpty() ? "" : ",").append('"').append(Digest.of(tar)).append('"');
        history.append(",{\"created_by\":\"COPY\"}");
      }
      String json =
          "{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\""
              + created
              + "\",\"config\":{\"Labels\":{\"l\":\""
              + label
              + "\"}},\"rootfs\":{\"type\":"
              + "\"layers\",\"diff_ids\":["
              + ids
              + "]},\"history\":["
              + history
              + "]}";
      Image image =
          images.createImage(
              json.getBytes(StandardCharsets.UTF_8), parent == null ? null : parent.id(), false);
      held.forEach(layers::release);
      return image;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  Image make(String name) {
    Image image = make("2020-01-01T00:00:00Z", null, name, "base", name);
    images.tag(image.id(), Reference.parse(name));
    return image;
  }

  List<String> names(Map<String, List<String>> filters) {
    return images.list(false, false, filters).stream()
        .map(s -> s.repoTags().isEmpty() ? "<none>" : s.repoTags().getFirst())
        .toList();
  }
}
