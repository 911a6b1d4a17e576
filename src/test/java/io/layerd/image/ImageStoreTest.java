package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.Summary;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names, lists and history; the messages are dockerd's. */
class ImageStoreTest extends StoreFixture {
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
}
