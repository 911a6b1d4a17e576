package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.Removed;
import io.layerd.image.ImageService.Summary;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, lists, history, removal and prune; the messages are dockerd's. */
class ImageStoreTest {
  private static final String D = "sha256:" + "d".repeat(64);

  @TempDir Path root;
  private final FakeLayerStore layers = new FakeLayerStore();
  private final EventLog events = new EventLog();
  private final Map<Digest, String> running = new HashMap<>();
  private final Map<Digest, String> stopped = new HashMap<>();
  private ImageService images;

  @BeforeEach
  void open() {
    images = reopen(layers);
  }

  private ImageService reopen(FakeLayerStore store) {
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
  private Image make(String created, @Nullable Image parent, String label, String... contents) {
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

  private Image make(String name) {
    Image image = make("2020-01-01T00:00:00Z", null, name, "base", name);
    images.tag(image.id(), Reference.parse(name));
    return image;
  }

  private static List<String> text(List<Removed> removed) {
    return removed.stream()
        .map(
            each ->
                switch (each) {
                  case Removed.Untagged untagged -> "Untagged: " + untagged.reference();
                  case Removed.Deleted deleted -> "Deleted: " + deleted.id();
                })
        .toList();
  }

  @Test
  void findsByNameAndId() {
    Image image = make("app:1");
    String hex = image.id().hex();
    for (String name :
        List.of("app:1", "docker.io/library/app:1", hex, hex.substring(0, 12), "sha256:" + hex)) {
      assertThat(images.get(name).id()).as(name).isEqualTo(image.id());
    }
    assertThatThrownBy(() -> images.get("app"))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such image: app:latest");
    assertThatThrownBy(() -> images.get(D)).hasMessage("No such image: " + D);
    assertThatThrownBy(() -> images.get("d".repeat(64))).hasMessage("No such image: " + D);
    assertThatThrownBy(() -> images.get("nosuch@" + D)).hasMessage("No such image: nosuch@" + D);
    assertThatThrownBy(() -> images.get("UP")).isInstanceOf(InvalidParameter.class);
    assertThat(images.find("nope")).isEmpty();
  }

  @Test
  void survivesARestart() throws IOException {
    Image image = make("app:1");
    Image broken = make("broken:1");
    Path content = root.resolve("image/overlay2/imagedb/content/sha256");
    Files.writeString(content.resolve(broken.id().hex()), "{");
    Files.writeString(content.resolve("e".repeat(64)), "junk");
    ImageService again = reopen(layers);
    assertThat(again.get("app:1").raw()).isEqualTo(image.raw());
    assertThat(again.count()).isEqualTo(1);
    assertThat(again.find("broken:1")).isEmpty();
    assertThat(again.lastTagged(image.id())).isPresent();
    Path names = root.resolve("image/overlay2/repositories.json");
    assertThat(Files.readString(names))
        .isEqualTo(
            "{\"Repositories\":{\"app\":{\"app:1\":\""
                + image.id()
                + "\"},"
                + "\"broken\":{\"broken:1\":\""
                + broken.id()
                + "\"}}}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(names)))
        .isEqualTo("rw-------");
    assertThat(reopen(new FakeLayerStore()).count()).as("its layers are gone").isZero();
  }

  @Test
  void brokenNamesDoNotStopTheStart() throws IOException {
    make("app:1");
    Path names = root.resolve("image/overlay2/repositories.json");
    Files.writeString(names, "{\"Reposi");
    assertThat(reopen(layers).count()).isEqualTo(1);
    assertThat(names.resolveSibling("repositories.json.broken")).exists();
  }

  @Test
  void tags() {
    Image image = make("app:1");
    images.tag("app:1", "other/app", "");
    images.tag(image.id().hex(), "a/b:x", "y");
    assertThat(images.summary(image.id()).repoTags())
        .containsExactly("a/b:y", "app:1", "other/app:latest");
    Image second = make("second:1");
    images.tag("second:1", "app", "1");
    assertThat(images.get("app:1").id()).isEqualTo(second.id());
    assertThatThrownBy(() -> images.tag("nosuch", "a", "b"))
        .hasMessage("No such image: nosuch:latest");
    assertThatThrownBy(() -> images.tag("app:1", "a/b@" + D, ""))
        .hasMessage("cannot import digest reference");
    assertThatThrownBy(() -> images.tag("app:1", "sha256", "q"))
        .hasMessage("refusing to create an ambiguous tag using digest algorithm as name");
    assertThatThrownBy(() -> images.tag("app:1", "a", "!")).hasMessage("invalid tag format");
    try (EventLog.Subscription past = events.subscribe(_ -> {})) {
      Event event = past.past().getFirst();
      assertThat(event.action()).isEqualTo("tag");
      assertThat(event.attributes()).isEqualTo(Map.of("l", "app:1", "name", "app:1"));
    }
  }

  @Test
  void history() {
    Image parent = make("2020-01-01T00:00:00Z", null, "p", "base");
    Image child = make("2020-01-02T00:00:00Z", parent, "c", "base", "more!");
    images.tag(child.id(), Reference.parse("child"));
    List<ImageService.HistoryLine> lines = images.history("child");
    assertThat(lines).extracting(ImageService.HistoryLine::sizeBytes).containsExactly(5L, 4L, 0L);
    assertThat(lines)
        .extracting(ImageService.HistoryLine::id)
        .containsExactly(child.id(), parent.id(), null);
    assertThat(lines.getFirst().tags()).containsExactly("child:latest");
  }

  private List<String> names(Map<String, List<String>> filters) {
    return images.list(false, false, filters).stream()
        .map(s -> s.repoTags().isEmpty() ? "<none>" : s.repoTags().getFirst())
        .toList();
  }

  @Test
  void listsWithFilters() {
    Image old = make("2020-01-01T00:00:00Z", null, "a", "base", "1");
    Image young = make("2021-01-01T00:00:00Z", null, "b", "base", "2");
    make("2022-01-01T00:00:00Z", null, "c", "3");
    images.tag(old.id(), Reference.parse("reg.example:5000/old:1"));
    images.tag(young.id(), Reference.parse("young:1"));
    assertThat(names(Map.of())).containsExactly("<none>", "young:1", "reg.example:5000/old:1");
    assertThat(names(Map.of("dangling", List.of("true")))).containsExactly("<none>");
    assertThat(names(Map.of("dangling", List.of("false")))).hasSize(2);
    assertThat(names(Map.of("label", List.of("l=b")))).containsExactly("young:1");
    assertThat(names(Map.of("before", List.of("young:1"))))
        .containsExactly("reg.example:5000/old:1");
    assertThat(names(Map.of("since", List.of("young:1")))).containsExactly("<none>");
    assertThat(names(Map.of("until", List.of("2020-06-01"))))
        .containsExactly("reg.example:5000/old:1");
    assertThat(names(Map.of("reference", List.of("you*")))).containsExactly("young:1");
    assertThat(names(Map.of("reference", List.of("*old*")))).isEmpty();
    assertThat(names(Map.of("reference", List.of("*/old:[1-3]")))).hasSize(1);
    Summary shared = images.list(false, true, Map.of()).get(1);
    assertThat(shared.sharedSizeBytes()).isEqualTo(4);
    assertThat(shared.sizeBytes()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo | x | invalid filter 'foo'",
        "label! | a | invalid filter 'label!'",
        "dangling | maybe | invalid filter 'dangling=[maybe]'",
        "before | nosuch | No such image: nosuch:latest",
        "since | no such | invalid reference format",
        "until | zz | failed to parse value as time or duration: \"zz\"",
        "reference | [ | syntax error in pattern",
      })
  void refusesFilters(String name, String value, String message) {
    make("app:1");
    assertThatThrownBy(() -> names(Map.of(name, List.of(value)))).hasMessage(message);
  }

  @Test
  void intermediateImagesAreShownOnRequest() {
    Image parent = make("2020-01-01T00:00:00Z", null, "p", "base");
    Image child = make("2020-01-02T00:00:00Z", parent, "c", "base", "x");
    assertThat(images.list(false, false, Map.of())).hasSize(1);
    assertThat(images.list(true, false, Map.of())).hasSize(2);
    assertThat(text(images.remove(child.id().hex(), false, true)))
        .containsExactly(
            "Deleted: " + child.id(),
            "Deleted: " + child.chainId(),
            "Deleted: " + parent.id(),
            "Deleted: " + parent.chainId());
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void removesByName() {
    Image image = make("app:1");
    images.tag(image.id(), Reference.parse("other:1"));
    assertThat(text(images.remove("app:1", false, true))).containsExactly("Untagged: app:1");
    assertThat(text(images.remove("other:1", false, true)))
        .startsWith("Untagged: other:1", "Deleted: " + image.id(), "Deleted: " + image.chainId())
        .hasSize(4);
    assertThat(layers.all()).isEmpty();
    assertThat(images.count()).isZero();
    try (EventLog.Subscription past = events.subscribe(_ -> {})) {
      assertThat(past.past())
          .extracting(Event::action)
          .containsExactly("tag", "tag", "untag", "untag", "delete");
      assertThat(past.past().getLast().attributes())
          .isEqualTo(Map.of("name", image.id().toString()));
    }
  }

  @Test
  void severalRepositoriesNeedForce() {
    Image image = make("app:1");
    images.tag(image.id(), Reference.parse("other:1"));
    String id = image.id().hex().substring(0, 12);
    assertThatThrownBy(() -> images.remove(id, false, true))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "conflict: unable to delete "
                + id
                + " (must be forced) - image is referenced in multiple repositories");
    assertThat(text(images.remove(id, true, true)))
        .startsWith("Untagged: app:1", "Untagged: other:1", "Deleted: " + image.id());
  }

  @Test
  void containersStandInTheWay() {
    Image image = make("app:1");
    String id = image.id().hex().substring(0, 12);
    stopped.put(image.id(), "c0ffee000000");
    assertThatThrownBy(() -> images.remove("app:1", false, true))
        .isInstanceOf(Conflict.class)
        .hasMessage(
            "conflict: unable to remove repository reference \"app:1\" (must force) - container"
                + " c0ffee000000 is using its referenced image "
                + id);
    assertThatThrownBy(() -> images.remove(id, false, true))
        .hasMessage(
            "conflict: unable to delete "
                + id
                + " (must be forced) - image is being used by stopped container c0ffee000000");
    running.put(image.id(), "beef00000000");
    assertThatThrownBy(() -> images.remove(id, true, true))
        .hasMessage(
            "conflict: unable to delete "
                + id
                + " (cannot be forced) - image is being used by running container beef00000000");
    assertThat(text(images.remove("app:1", true, true))).containsExactly("Untagged: app:1");
    running.clear();
    assertThat(text(images.remove(id, true, true))).startsWith("Deleted: " + image.id());
  }

  @Test
  void childrenStandInTheWay() {
    Image parent = make("app:1");
    make("2020-01-02T00:00:00Z", parent, "c", "base", "app:1", "x");
    String id = parent.id().hex().substring(0, 12);
    assertThatThrownBy(() -> images.remove(id, true, true))
        .hasMessage(
            "conflict: unable to delete "
                + id
                + " (cannot be forced) - image has dependent child images");
    assertThat(text(images.remove("app:1", false, true))).containsExactly("Untagged: app:1");
  }

  @Test
  void digestsGoWithTheLastTag() throws IOException {
    Image image = make("app:1");
    addDigest(image, "app@" + D);
    assertThat(text(images.remove("app@" + D, false, true))).containsExactly("Untagged: app@" + D);
    addDigest(image, "app@" + D);
    images.tag(image.id(), Reference.parse("other:1"));
    assertThat(text(images.remove("app:1", false, true)))
        .containsExactly("Untagged: app:1", "Untagged: app@" + D);
    addDigest(image, "other@" + D);
    assertThat(text(images.remove(image.id().hex(), false, true)))
        .startsWith("Untagged: other:1", "Untagged: other@" + D, "Deleted: " + image.id());
  }

  /** As another dockerd on this data root would have written it. */
  private void addDigest(Image image, String name) throws IOException {
    Path file = root.resolve("image/overlay2/repositories.json");
    String json = Files.readString(file);
    String entry = "\"" + name + "\":\"" + image.id() + "\"";
    String repository = "\"" + name.substring(0, name.indexOf('@')) + "\":{";
    Files.writeString(file, json.replace(repository, repository + entry + ","));
    images = reopen(layers);
    layers.release(java.util.Objects.requireNonNull(image.chainId()));
  }

  @Test
  void prunes() {
    Image tagged = make("app:1");
    Image dangling = make("2020-01-02T00:00:00Z", null, "d", "base", "dangling");
    Image labelled = make("2020-01-02T00:00:00Z", null, "keep", "base", "labelled");
    Image used = make("2020-01-02T00:00:00Z", null, "u", "base", "used");
    stopped.put(used.id(), "c0ffee000000");
    ImageService.Pruned none = images.prune(Map.of("until", List.of("2020-01-01")));
    assertThat(none.removed()).isEmpty();
    ImageService.Pruned pruned = images.prune(Map.of("label!", List.of("l=keep")));
    assertThat(text(pruned.removed()))
        .containsExactly("Deleted: " + dangling.id(), "Deleted: " + dangling.chainId());
    assertThat(pruned.reclaimedBytes()).isEqualTo(8);
    assertThat(images.find(labelled.id().hex())).isPresent();
    ImageService.Pruned all = images.prune(Map.of("dangling", List.of("false")));
    assertThat(text(all.removed())).contains("Untagged: app:1", "Deleted: " + tagged.id());
    assertThat(images.count()).isEqualTo(1);
    assertThatThrownBy(() -> images.prune(Map.of("until", List.of("1", "2"))))
        .hasMessage("more than one until filter specified");
    assertThatThrownBy(() -> images.prune(Map.of("reference", List.of("x"))))
        .hasMessage("invalid filter 'reference'");
    assertThat(new DiffId(tagged.id()).digest()).isEqualTo(tagged.id());
  }
}
