package io.layerd.graph.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.graph.GraphDriver;
import io.layerd.graph.GraphDriverContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The vfs driver keeps the contract, and dockerd's layout. */
class VfsDriverTest extends GraphDriverContract {
  @Override
  protected GraphDriver open(Path home) {
    return VfsDriver.open(home, List.of());
  }

  @Override
  protected boolean mounts() {
    return false;
  }

  @Override
  protected String quotaRefused() {
    return "Filesystem does not support, or has not enabled quotas";
  }

  @Override
  protected String optionRefused(String name) {
    return "Storage opt " + name + " not supported";
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aLayerIsACompleteTree() throws IOException {
    Path directory = temp.resolve("home/dir");
    String top = child(base("a", "1"), "b", "2");
    assertThat(mode(temp.resolve("home"))).isEqualTo("rwx--x---");
    assertThat(mode(directory)).isEqualTo("rwx--x---");
    assertThat(mode(directory.resolve(top))).isEqualTo("rwxr-xr-x");
    assertThat(directory.resolve(top).resolve("a")).hasContent("1");
    assertThat(directory.resolve(top).resolve("b")).hasContent("2");
    assertThat(driver.metadata(top)).isEmpty();
    assertThat(driver.status()).isEmpty();
  }

  @Test
  void whatIsNotFinishedIsSwept() throws IOException {
    String kept = base("a", "1");
    Path directory = temp.resolve("home/dir");
    Files.createDirectories(directory.resolve("." + kept + "-1/d"));
    driver.recover(Set.of(kept));
    try (var names = Files.list(directory)) {
      assertThat(names).containsExactly(directory.resolve(kept));
    }
  }

  @Test
  void optionsAreCheckedInDockersWords() {
    Path home = temp.resolve("other");
    assertThatThrownBy(() -> VfsDriver.open(home, List.of("vfs.foo=1")))
        .hasMessage("unknown option vfs.foo for vfs");
    assertThatThrownBy(() -> VfsDriver.open(home, List.of("size=1G")))
        .hasMessage("Filesystem does not support, or has not enabled quotas");
    assertThat(VfsDriver.open(home, List.of("vfs.xattrs=i_want_broken_containers")).ids())
        .isEmpty();
  }
}
