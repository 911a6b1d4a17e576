package io.layerd.graph.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.GraphDriverContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The overlay driver keeps the contract, and the layout dockerd had. */
class OverlayDriverTest extends GraphDriverContract {
  @Override
  protected GraphDriver open(Path home) {
    return OverlayDriver.open(home, List.of());
  }

  @Override
  protected String quotaRefused() {
    return "--storage-opt is not supported for overlay";
  }

  @Override
  protected String optionRefused(String name) {
    return "--storage-opt is not supported for overlay";
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void directoriesAreLaidOutAsDockerdDid() throws IOException {
    Path home = temp.resolve("home");
    String base = base("a", "1");
    String top = child(base, "b", "2");
    String init = id();
    driver.createReadWrite(init, top);
    Files.writeString(driver.diff(init).resolve("of-init"), "i");
    String rw = id();
    driver.createReadWrite(rw, init);
    assertThat(mode(home)).isEqualTo("rwx--x---");
    assertThat(Files.list(home.resolve(top))).containsExactly(home.resolve(top).resolve("root"));
    assertThat(mode(home.resolve(top).resolve("root"))).isEqualTo("rwxr-xr-x");
    assertThat(Files.getAttribute(home.resolve(base).resolve("root/a"), "unix:ino"))
        .isEqualTo(Files.getAttribute(home.resolve(top).resolve("root/a"), "unix:ino"));
    for (String layer : List.of(init, rw)) {
      assertThat(home.resolve(layer).resolve("lower-id")).hasContent(top);
      assertThat(mode(home.resolve(layer).resolve("lower-id"))).isEqualTo("rw-------");
      assertThat(mode(home.resolve(layer).resolve("work"))).isEqualTo("rwx------");
      assertThat(home.resolve(layer).resolve("upper/of-init")).hasContent("i");
    }
    assertThat(driver.metadata(top)).isEqualTo(Map.of("RootDir", home + "/" + top + "/root"));
    assertThat(driver.metadata(rw))
        .isEqualTo(
            Map.of(
                "LowerDir", home + "/" + top + "/root",
                "MergedDir", home + "/" + rw + "/merged",
                "UpperDir", home + "/" + rw + "/upper",
                "WorkDir", home + "/" + rw + "/work"));
    assertThat(driver.status())
        .extracting(Map.Entry::getKey)
        .containsExactly("Backing Filesystem", "Supports d_type");
  }

  @Test
  void sharedFilesOfOtherLayersAreNeverWrittenTo() throws IOException {
    String base = base("a", "1");
    Files.setPosixFilePermissions(
        driver.diff(base).resolve("a"), PosixFilePermissions.fromString("rw-r--r--"));
    String top = child(base, "a", "other");
    String beside = child(base, "b", "2");
    assertThat(driver.diff(base).resolve("a")).hasContent("1");
    assertThat(driver.diff(beside).resolve("a")).hasContent("1");
    assertThat(driver.diff(top).resolve("a")).hasContent("other");
    driver.remove(base);
    assertThat(driver.diff(beside).resolve("a")).hasContent("1");
  }

  @Test
  void whatIsNotFinishedIsSwept() throws IOException {
    Path home = temp.resolve("home");
    String kept = base("a", "1");
    Files.createDirectories(home.resolve(kept).resolve("tmproot1/d"));
    Files.createDirectories(home.resolve(".changes-1/d"));
    Files.createDirectories(home.resolve("1".repeat(64)).resolve("upper"));
    GraphDriver next = open(home);
    next.recover(Set.of(kept));
    try (var names = Files.walk(home)) {
      assertThat(names)
          .containsExactlyInAnyOrder(
              home,
              home.resolve(kept),
              home.resolve(kept).resolve("root"),
              home.resolve(kept).resolve("root/a"));
    }
  }

  @Test
  void unknownOptionsAreRefused() {
    assertThatThrownBy(() -> OverlayDriver.open(temp.resolve("o"), List.of("overlay.x=1")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("overlay: unknown option overlay.x");
  }
}
