package io.layerd.graph.overlay2;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.graph.GraphDriver;
import io.layerd.graph.GraphDriverContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The overlay2 driver keeps the contract, and dockerd's layout. */
class Overlay2DriverTest extends GraphDriverContract {
  @Override
  protected GraphDriver open(Path home) {
    return Overlay2Driver.open(home);
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
}
