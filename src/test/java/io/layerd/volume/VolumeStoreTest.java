package io.layerd.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeStoreTest {
  @TempDir Path root;
  private VolumeStore store;

  @BeforeEach
  void open() {
    store = VolumeStores.open(root);
  }

  @AfterEach
  void nothingStaysMounted() throws IOException {
    assertThat(Mounts.host().below(root)).isEmpty();
  }

  @Test
  void aVolumeIsADirectoryThatARestartKnows() {
    Volume volume = store.create("data", "local", Map.of(), Map.of("a", "b"));
    assertThat(volume.mountpoint()).isEqualTo(root.resolve("volumes/data/_data")).isDirectory();
    assertThat(volume.anonymous()).isFalse();
    open();
    assertThat(store.get("data")).isEqualTo(volume);
    assertThat(store.create("data", "local", Map.of(), Map.of())).isEqualTo(volume);
  }

  @Test
  void anonymousVolumesGetALongName() {
    Volume volume = store.create(null, "local", Map.of(), Map.of());
    assertThat(volume.name()).matches("[0-9a-f]{64}");
    open();
    assertThat(store.get(volume.name()).anonymous()).isTrue();
  }

  @Test
  void aVolumeMadeByDockerdIsListed() throws IOException {
    Files.createDirectories(root.resolve("volumes/theirs/_data"));
    open();
    assertThat(store.get("theirs").driver()).isEqualTo("local");
  }

  @Test
  void badNamesDriversAndOptionsAreRefusedInDockersWords() {
    assertThatThrownBy(() -> store.create("a b", "local", Map.of(), Map.of()))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(
            "create a b: \"a b\" includes invalid characters for a local volume name, only"
                + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
                + " directory, use absolute path");
    assertThatThrownBy(() -> store.create("x", "local", Map.of(), Map.of()))
        .hasMessageContaining("volume name is too short");
    assertThatThrownBy(() -> store.create("../up", "local", Map.of(), Map.of()))
        .isInstanceOf(InvalidParameter.class);
    assertThatThrownBy(() -> store.create("zz", "nosuch", Map.of(), Map.of()))
        .isInstanceOf(NotFound.class)
        .hasMessage(
            "create zz: error looking up volume plugin nosuch: plugin \"nosuch\" not found");
    assertThatThrownBy(() -> store.create("yy", "local", Map.of("nosuch", "1"), Map.of()))
        .hasMessage("create yy: invalid option: \"nosuch\"");
    assertThatThrownBy(() -> store.create("yy", "local", Map.of("type", "tmpfs"), Map.of()))
        .hasMessage("create yy: missing required option: \"device\"");
    assertThat(store.list()).isEmpty();
  }

  @Test
  void aVolumeInUseIsNotRemoved() {
    store.create("data", "local", Map.of(), Map.of());
    store.refer("data", "c1");
    assertThatThrownBy(() -> store.remove("data", true))
        .isInstanceOf(Conflict.class)
        .hasMessage("remove data: volume is in use - [c1]");
    store.unrefer("data", "c1");
    store.remove("data", false);
    assertThat(root.resolve("volumes/data")).doesNotExist();
    assertThatThrownBy(() -> store.remove("data", false))
        .isInstanceOf(NotFound.class)
        .hasMessage("get data: no such volume");
    store.remove("data", true);
  }

  @Test
  void optionsAreMountedFromTheFirstUseToTheLast() throws IOException {
    Map<String, String> options =
        Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=64k,noexec");
    store.create("ram", "local", options, Map.of());
    open();
    assertThat(store.get("ram").options()).isEqualTo(options);
    Path data = store.use("ram", "c1");
    store.use("ram", "c2");
    assertThat(Mounts.host().isMountPoint(data)).isTrue();
    store.release("ram", "c1");
    assertThat(Mounts.host().isMountPoint(data)).isTrue();
    store.release("ram", "c2");
    store.release("ram", "c2");
    assertThat(Mounts.host().isMountPoint(data)).isFalse();
  }
}
