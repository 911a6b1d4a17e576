package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.Removed;
import io.layerd.oci.DiffId;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Removal and prune; the messages are dockerd's. */
class ImageRemovalTest extends StoreFixture {
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
