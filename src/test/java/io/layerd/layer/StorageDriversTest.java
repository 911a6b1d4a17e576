package io.layerd.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which driver a data root gets, in dockerd's words. */
class StorageDriversTest {
  @TempDir Path root;

  private String choose(String... prior) throws IOException {
    Path data = Files.createTempDirectory(root, "data");
    for (String driver : prior) {
      Files.createDirectories(data.resolve(driver).resolve("something"));
    }
    return StorageDrivers.open(data, null, List.of()).name();
  }

  @Test
  void priorStateDecides() throws IOException {
    assertThat(choose()).isEqualTo("overlay2");
    assertThat(choose("overlay")).isEqualTo("overlay");
    assertThat(choose("overlay2")).isEqualTo("overlay2");
    assertThat(choose("vfs")).as("vfs is no choice").isEqualTo("overlay2");
    assertThat(choose("overlay", "vfs", "aufs")).isEqualTo("overlay");
    Path empty = root.resolve("empty");
    Files.createDirectories(empty.resolve("overlay"));
    assertThat(StorageDrivers.open(empty, "", List.of()).name()).isEqualTo("overlay2");
    assertThatThrownBy(() -> choose("btrfs"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("driver not supported: btrfs");
    assertThatThrownBy(() -> choose("overlay", "overlay2"))
        .isInstanceOf(SystemFailure.class)
        .hasMessageMatching(
            ".*/data\\d+ contains several valid graphdrivers: overlay2, overlay; cleanup or"
                + " explicitly choose storage driver \\(-s <DRIVER>\\)");
  }

  @Test
  void aNameDecidesBeforePriorState() throws IOException {
    Files.createDirectories(root.resolve("overlay2/something"));
    Files.createDirectories(root.resolve("overlay/something"));
    for (String name : List.of("overlay2", "overlay", "vfs")) {
      assertThat(StorageDrivers.open(root, name, List.of()).name()).isEqualTo(name);
    }
  }

  @Test
  void namesAndOptionsNobodyKnows() {
    assertRefused("foo", List.of(), "driver not supported: foo");
    assertRefused("btrfs", List.of(), "driver not supported: btrfs");
    for (String removed : List.of("aufs", "devicemapper")) {
      assertRefused(
          removed,
          List.of(),
          "[graphdriver] ERROR: the %1$s storage-driver has been deprecated and removed; visit https://docs.docker.com/go/storage-driver/ for more information: %1$s"
              .formatted(removed));
    }
    assertRefused(
        "overlay2", List.of("overlay2.foo=1"), "overlay2: unknown option overlay2.foo: overlay2");
    assertRefused("vfs", List.of("vfs.foo=1"), "unknown option vfs.foo for vfs: vfs");
    assertRefused("overlay2", List.of("overlay2.size=abc"), "invalid size: 'abc': overlay2");
    assertThatThrownBy(() -> StorageDrivers.open(root, null, List.of("overlay2.foo=1")))
        .hasMessage("overlay2: unknown option overlay2.foo");
    assertThatThrownBy(() -> StorageDrivers.open(root, null, List.of("overlay2.size=1g")))
        .hasMessageMatching(
            "Storage Option overlay2.size only supported for backingFS XFS. Found .*"
                + "|Storage option overlay2.size not supported. Filesystem does not support Project"
                + " Quota: .*");
    assertThat(root.resolve("vfs")).doesNotExist();
  }

  private void assertRefused(String name, List<String> options, String message) {
    assertThatThrownBy(() -> StorageDrivers.open(root, name, options)).hasMessage(message);
  }

  @Test
  void whereOverlaysCannotBeMountedVfsIsUsed() throws IOException {
    Path merged = overlay();
    try {
      assertThat(StorageDrivers.open(merged.resolve("data"), null, List.of()).name())
          .isEqualTo("vfs");
      assertRefusedOn(merged, "overlay2");
      assertRefusedOn(merged, "overlay");
    } finally {
      Mounts.host().unmountAll(root);
    }
  }

  private static void assertRefusedOn(Path data, String name) {
    assertThatThrownBy(() -> StorageDrivers.open(data, name, List.of()))
        .isInstanceOf(SystemFailure.class)
        .hasMessageContaining("'" + name + "' is not supported over overlayfs");
  }

  private Path overlay() throws IOException {
    for (String name : List.of("l", "u", "w", "merged")) {
      Files.createDirectory(root.resolve(name));
    }
    Path merged = root.resolve("merged");
    String options = "lowerdir=%1$s/l,upperdir=%1$s/u,workdir=%1$s/w".formatted(root);
    Sys.host().mount("overlay", merged.toString(), "overlay", 0, options);
    return merged;
  }

  @Test
  void aFullDiskIsNoReasonForAnotherDriver() throws IOException {
    Path small = Files.createDirectory(root.resolve("small"));
    Sys.host().mount("tmpfs", small.toString(), "tmpfs", 0, "size=64k,nr_inodes=4");
    try {
      assertThatThrownBy(() -> StorageDrivers.open(small, null, List.of()))
          .isInstanceOf(SystemFailure.class)
          .hasMessageContaining("o space left on device");
      assertThat(small.resolve("vfs")).doesNotExist();
    } finally {
      Mounts.host().unmountAll(root);
    }
  }
}
