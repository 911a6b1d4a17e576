package io.layerd.graph.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.GraphDriverContract;
import io.layerd.graph.LayerName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The overlay2 driver keeps the contract, and dockerd's layout. */
class Overlay2DriverTest extends GraphDriverContract {
  @Override
  protected GraphDriver open(Path home) {
    return Overlay2Driver.open(home);
  }

  @Override
  protected String quotaRefused() {
    return "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";
  }

  @Override
  protected String optionRefused(String name) {
    return "Unknown option " + name;
  }

  @Test
  void aStackMayNotHaveMoreThan128Lowers() throws IOException {
    String tooDeep = child(stackOf(128), "x", "x");
    assertThatThrownBy(() -> driver.createReadWrite(id(), tooDeep))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("max depth exceeded");
  }

  @Test
  void whatALowerShowsIsNotPopulatedAgain() throws IOException {
    String base = id();
    driver.create(base);
    Files.createDirectory(driver.diff(base).resolve("sys"));
    String init = id();
    driver.createReadWrite(init, base);
    driver.populate(init, List.of(new LayerName.Directory("sys")));
    assertThat(driver.diff(init).resolve("sys")).doesNotExist();
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void directoriesAreLaidOutAsDockerdDoes() throws IOException {
    Path home = temp.resolve("home");
    String base = base("a", "1");
    String top = child(base, "b", "2");
    assertThat(mode(home)).isEqualTo("rwx--x---");
    assertThat(mode(home.resolve("l"))).isEqualTo("rwx------");
    assertThat(mode(home.resolve(base))).isEqualTo("rwx--x---");
    assertThat(mode(home.resolve(base).resolve("diff"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(home.resolve(top).resolve("work"))).isEqualTo("rwx------");
    assertThat(home.resolve(base).resolve("work")).doesNotExist();
    String link = Files.readString(home.resolve(base).resolve("link"));
    assertThat(link).matches("[A-Z2-7]{26}");
    assertThat(Files.readSymbolicLink(home.resolve("l").resolve(link)))
        .hasToString("../" + base + "/diff");
    assertThat(home.resolve(top).resolve("lower")).hasContent("l/" + link);
    assertThat(home.resolve(base).resolve("committed")).isEmptyFile();
    assertThat(mode(home.resolve(base).resolve("committed"))).isEqualTo("rw-------");
    assertThat(home.resolve(top).resolve("committed")).doesNotExist();
  }

  @Test
  void aLostShortNameIsMadeAgain() throws IOException {
    Path home = temp.resolve("home");
    String base = base("a", "1");
    String rw = id();
    driver.createReadWrite(rw, base);
    Path link = home.resolve("l").resolve(Files.readString(home.resolve(base).resolve("link")));
    Files.delete(link);
    driver.recover(Set.of(base, rw));
    assertThat(link).isSymbolicLink();
    assertThat(driver.mount(rw).resolve("a")).hasContent("1");
    driver.release(rw);
    driver.remove(rw);
  }

  @Test
  void inspectNamesRealDirectories() throws IOException {
    String base = base("a", "1");
    String top = child(base, "b", "2");
    String rw = id();
    driver.createReadWrite(rw, top);
    assertThat(driver.metadata(rw))
        .containsEntry("LowerDir", driver.diff(top) + ":" + driver.diff(base))
        .containsEntry("UpperDir", driver.diff(rw).toString())
        .containsKeys("MergedDir", "WorkDir");
    assertThat(driver.metadata(base)).doesNotContainKey("LowerDir");
    driver.remove(rw);
  }

  @Test
  void statusLinesComeInDockerdsOrder() {
    assertThat(driver.status())
        .extracting(java.util.Map.Entry::getKey)
        .containsExactly(
            "Backing Filesystem",
            "Supports d_type",
            "Using metacopy",
            "Native Overlay Diff",
            "userxattr");
  }

  @Test
  void halfMadeLayersOfEachKindAreSwept() throws IOException {
    Path home = temp.resolve("home");
    String kept = base("a", "1");
    Files.createDirectory(home.resolve("1".repeat(64)));
    Files.createDirectories(home.resolve("2".repeat(64)).resolve("diff/x"));
    String noLower = base("b", "2");
    Files.createDirectory(home.resolve(noLower).resolve("work"));
    Files.createDirectories(home.resolve("3".repeat(64) + "-init/diff"));
    Files.createDirectories(home.resolve("5".repeat(64)).resolve("diff"));
    Files.createSymbolicLink(
        home.resolve("l/" + "B".repeat(26)), Path.of("../" + "5".repeat(64) + "/diff"));
    Files.createSymbolicLink(
        home.resolve("l/" + "A".repeat(26)), Path.of("../" + "4".repeat(64) + "/diff"));
    Files.createDirectories(home.resolve(".layerd-check-1/merged"));
    Files.createDirectory(home.resolve(kept).resolve("merged"));
    GraphDriver next = open(home);
    next.recover(Set.of(kept));
    assertThat(next.ids()).containsExactly(kept);
    assertThat(home.resolve(kept).resolve("merged")).doesNotExist();
    try (var names = Files.list(home)) {
      assertThat(names).containsExactlyInAnyOrder(home.resolve("l"), home.resolve(kept));
    }
    try (var names = Files.list(home.resolve("l"))) {
      assertThat(names).hasSize(1);
    }
  }

  @Test
  void anEmptiedLinkFileIsRebuiltFromItsLink() throws IOException {
    String base = base("a", "1");
    String rw = id();
    driver.createReadWrite(rw, base);
    Path file = temp.resolve("home").resolve(base).resolve("link");
    String link = Files.readString(file);
    Files.writeString(file, "");
    driver.recover(Set.of(base, rw));
    assertThat(file).hasContent(link);
    driver.remove(rw);
  }

  @Test
  void oneDamagedLayerDoesNotKeepTheOthersFromRecovery() throws IOException {
    String damaged = base("a", "1");
    String good = base("b", "2");
    Path home = temp.resolve("home");
    Files.delete(home.resolve(damaged).resolve("link"));
    Files.createDirectory(home.resolve(damaged).resolve("link"));
    Path link = home.resolve("l").resolve(Files.readString(home.resolve(good).resolve("link")));
    Files.delete(link);
    driver.recover(Set.of(damaged, good));
    assertThat(link).isSymbolicLink();
    assertThat(driver.ids()).contains(damaged, good);
  }

  @Test
  void longNamesAreMountedRelativeToTheHome() throws IOException {
    Path home = temp.resolve("h".repeat(200)).resolve("i".repeat(200)).resolve("home");
    GraphDriver deep = open(home);
    String parent = null;
    for (int i = 0; i < 20; i++) {
      String layer = id();
      deep.create(layer);
      Files.writeString(deep.diff(layer).resolve("f" + i), "x");
      if (parent != null) {
        deep.setParent(layer, parent);
      }
      parent = layer;
    }
    String rw = id();
    deep.createReadWrite(rw, parent);
    Path root = deep.mount(rw);
    assertThat(root.resolve("f0")).exists();
    assertThat(root.resolve("f19")).exists();
    Files.writeString(root.resolve("new"), "n");
    assertThat(deep.diff(rw).resolve("new")).exists();
    deep.release(rw);
    assertThat(root).doesNotExist();
  }

  @Test
  void aLayerWithChildrenIsMountedReadOnly() throws IOException {
    String base = base("a", "1");
    String middle = child(base, "b", "2");
    child(middle, "c", "3");
    Path root = driver.mount(middle);
    assertThat(root.resolve("a")).exists();
    assertThat(root.resolve("b")).exists();
    assertThatThrownBy(() -> Files.writeString(root.resolve("new"), "x"))
        .isInstanceOf(IOException.class);
    driver.release(middle);
  }

  @Test
  void optionsAreCheckedInDockersWords() {
    Path home = temp.resolve("other");
    assertThatThrownBy(() -> Overlay2Driver.open(home, List.of("overlay2.foo=1")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("overlay2: unknown option overlay2.foo");
    Overlay2Driver.open(home, List.of("overlay2.override_kernel_check=true"));
    assertThatThrownBy(() -> Overlay2Driver.open(home, List.of("overlay2.size=x")))
        .hasMessage("invalid size: 'x'");
    assertThatThrownBy(() -> Overlay2Driver.open(home, List.of("nonsense")))
        .hasMessage("unable to parse storage-opt key/value: nonsense");
    assertThatThrownBy(() -> Overlay2Driver.open(home, List.of("overlay2.size=1G")))
        .hasMessageMatching(
            "Storage Option overlay2.size only supported for backingFS XFS. Found \\w+");
  }

  @Test
  void overlayOnOverlayIsRefused() throws IOException {
    String rw = id();
    driver.createReadWrite(rw, base("a", "1"));
    Path root = driver.mount(rw);
    try {
      assertThatThrownBy(() -> Overlay2Driver.open(root.resolve("home")))
          .isInstanceOf(SystemFailure.class)
          .hasMessageContaining("'overlay2' is not supported over overlayfs");
    } finally {
      driver.release(rw);
    }
    driver.remove(rw);
  }
}
