package io.layerd.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalVolumesTest {
  private final Sys sys = Sys.host();

  @TempDir Path root;
  VolumeStore volumes;

  @BeforeEach
  void open() {
    volumes = VolumeStores.open(root, sys);
  }

  @AfterEach
  void nothingStaysMounted() throws IOException {
    assertThat(new Mounts(sys).below(root)).isEmpty();
  }

  private Volume create(String name, Map<String, String> options) {
    return volumes.create(name, "local", options, Map.of());
  }

  @Test
  void layoutIsDockerds() throws IOException {
    Volume volume = volumes.create("data", "", Map.of(), Map.of("a", "b"));
    assertThat(volume.mountpoint()).isEqualTo(root.resolve("volumes/data/_data"));
    assertThat(volume.driver()).isEqualTo("local");
    assertThat(volume.labels()).containsEntry("a", "b");
    assertThat(mode("volumes")).isEqualTo("rwx-----x");
    assertThat(mode("volumes/data")).isEqualTo("rwx-----x");
    assertThat(mode("volumes/data/_data")).isEqualTo("rwxr-xr-x");
    assertThat(root.resolve("volumes/data/opts.json")).doesNotExist();
    create("tmp", Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=10m,uid=1000"));
    assertThat(root.resolve("volumes/tmp/opts.json"))
        .hasContent(
            "{\"MountType\":\"tmpfs\",\"MountOpts\":\"size=10m,uid=1000\",\"MountDevice\":\"tmpfs\","
                + "\"Quota\":{\"Size\":0}}");
    assertThat(VolumeStores.open(root, sys).list()).isEqualTo(volumes.list()).hasSize(2);
    assertThat(volumes.create("data", "local", Map.of(), Map.of("x", "y"))).isEqualTo(volume);
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.resolve(path)));
  }

  @Test
  void anonymousVolumesAreMarked() {
    Volume volume = volumes.create(null, "local", Map.of(), Map.of());
    assertThat(volume.name()).matches("[0-9a-f]{64}");
    assertThat(volume.anonymous()).isTrue();
    assertThat(volume.labels()).containsEntry("com.docker.volume.anonymous", "");
  }

  @Test
  void volumesOfRealDockerdAreListed() throws IOException {
    Files.createDirectories(root.resolve("volumes/theirs/_data"));
    Files.writeString(root.resolve("volumes/metadata.db"), "bolt");
    Files.createFile(root.resolve("volumes/backingFsBlockDev"));
    assertThat(volumes.list()).extracting(Volume::name).containsExactly("theirs");
    volumes.remove("theirs", false);
    assertThat(root.resolve("volumes")).isDirectoryNotContaining("glob:**/theirs");
    assertThat(root.resolve("volumes/metadata.db")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a/b", "-ab", "ab!", "..", ".x", "ab\n"})
  void badNames(String name) {
    assertThatThrownBy(() -> create(name, Map.of()))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(
            "create %s: \"%s\" includes invalid characters for a local volume name, only"
                    .formatted(name, name)
                + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
                + " directory, use absolute path");
    assertThat(volumes.find(name)).isEmpty();
  }

  @Test
  void errorsAreDockerds() {
    assertThatThrownBy(() -> create("a", Map.of()))
        .hasMessage(
            "create a: volume name is too short, names should be at least two alphanumeric"
                + " characters");
    assertThatThrownBy(() -> volumes.create("v1", "xx", Map.of(), Map.of()))
        .isInstanceOf(NotFound.class)
        .hasMessage("create v1: error looking up volume plugin xx: plugin \"xx\" not found");
    assertThatThrownBy(() -> create("v1", Map.of("foo", "bar")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("create v1: invalid option: \"foo\"");
    assertThatThrownBy(() -> create("v1", Map.of("type", "none")))
        .hasMessage("create v1: missing required option: \"device\"");
    assertThatThrownBy(() -> create("v1", Map.of("device", "/tmp")))
        .hasMessage("create v1: missing required option: \"type\"");
    assertThatThrownBy(() -> create("v1", Map.of("size", "10m")))
        .hasMessage("create v1: quota size requested but no quota support");
    assertThatThrownBy(() -> volumes.get("nosuch"))
        .isInstanceOf(NotFound.class)
        .hasMessage("get nosuch: no such volume");
    assertThatThrownBy(() -> volumes.remove("nosuch", false))
        .hasMessage("get nosuch: no such volume");
    volumes.remove("nosuch", true);
    assertThat(volumes.list()).isEmpty();
  }

  @Test
  void aVolumeInUseStays() throws IOException {
    Volume volume = create("data", Map.of());
    Files.writeString(volume.mountpoint().resolve("file"), "x");
    volumes.refer("data", "c2");
    volumes.refer("data", "c1");
    assertThatThrownBy(() -> volumes.remove("data", true))
        .isInstanceOf(Conflict.class)
        .hasMessage("remove data: volume is in use - [c1, c2]");
    assertThat(volumes.users("data")).containsExactlyInAnyOrder("c1", "c2");
    volumes.unrefer("data", "c1");
    volumes.unrefer("data", "c2");
    volumes.remove("data", false);
    assertThat(volumes.find("data")).isEmpty();
    assertThat(root.resolve("volumes")).isEmptyDirectory();
  }

  @Test
  void optionsAreMountedWhileUsed() throws IOException {
    create("tmp", Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=1m,mode=0711,noexec"));
    Path data = volumes.use("tmp", "c1");
    assertThat(volumes.use("tmp", "c2")).isEqualTo(data);
    assertThat(new Mounts(sys).below(data)).hasSize(1);
    assertThat(new Mounts(sys).below(data).getFirst().options()).contains("noexec");
    assertThat(mode("volumes/tmp/_data")).isEqualTo("rwx--x--x");
    VolumeStore restarted = VolumeStores.open(root, sys);
    restarted.use("tmp", "c1");
    assertThat(new Mounts(sys).below(data)).hasSize(1);
    volumes.release("tmp", "c1");
    assertThat(new Mounts(sys).below(data)).hasSize(1);
    volumes.release("tmp", "c2");
    assertThat(new Mounts(sys).below(data)).isEmpty();
    restarted.release("tmp", "c1");
    volumes.remove("tmp", false);
  }

  @Test
  void aMountThatFailsSaysWhy() {
    create("gone", Map.of("type", "none", "o", "bind", "device", "/nosuchdir"));
    Path data = root.resolve("volumes/gone/_data");
    assertThatThrownBy(() -> volumes.use("gone", "c1"))
        .isInstanceOf(SystemFailure.class)
        .hasMessage(
            "error while mounting volume '%s': failed to mount local volume: mount".formatted(data)
                + " /nosuchdir:%s, flags: 0x1000: no such file or directory".formatted(data));
    create("odd", Map.of("type", "ext9", "o", "foo", "device", "/dev/null"));
    assertThatThrownBy(() -> volumes.use("odd", "c1"))
        .hasMessageEndingWith("/odd/_data, data: foo: no such device");
    assertThat(volumes.users("gone")).isEmpty();
  }

  @Test
  void removalNeverReachesIntoAnotherFileSystem() throws IOException {
    Volume volume = create("data", Map.of());
    Path precious = Files.createDirectory(root.resolve("precious"));
    Files.writeString(precious.resolve("file"), "x");
    Path inside = Files.createDirectory(volume.mountpoint().resolve("inside"));
    Mounts mounts = new Mounts(sys);
    mounts.bind(precious, inside, false);
    assertThatThrownBy(() -> volumes.remove("data", false))
        .isInstanceOf(SystemFailure.class)
        .hasMessageContaining("unmount it first");
    mounts.unmount(inside);
    volumes.remove("data", false);
    assertThat(precious.resolve("file")).exists();
  }

  @Test
  void whatAKilledDaemonBeganIsSweptAway() throws IOException {
    Files.createDirectories(root.resolve("volumes/.new-1/_data"));
    Files.createDirectories(root.resolve("volumes/.removed-2/_data/x"));
    assertThat(VolumeStores.open(root, sys).list()).isEmpty();
    assertThat(root.resolve("volumes")).isEmptyDirectory();
  }
}
