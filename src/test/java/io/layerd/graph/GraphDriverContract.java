package io.layerd.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every graph driver does, on the real kernel: the life of layers and their mounts. */
public abstract class GraphDriverContract extends LayerContentContract {
  @Test
  void aContainerSeesItsLayersAndWritesToItsOwn() throws IOException {
    String top = child(base("a", "1"), "b", "2");
    String rw = id();
    driver.createReadWrite(rw, top);
    Path root = driver.mount(rw);
    assertThat(root.resolve("a")).hasContent("1");
    Files.writeString(root.resolve("a"), "changed");
    Files.delete(root.resolve("b"));
    assertThat(root.resolve("a")).hasContent("changed");
    driver.release(rw);
    assertThat(driver.diff(top).resolve("b")).hasContent("2");
    Path again = driver.mount(rw);
    assertThat(again.resolve("a")).hasContent("changed");
    assertThat(again.resolve("b")).doesNotExist();
    driver.release(rw);
    driver.remove(rw);
    assertThat(driver.exists(rw)).isFalse();
  }

  @Test
  void mountsAreCounted() throws IOException {
    String rw = id();
    driver.createReadWrite(rw, base("a", "1"));
    Path root = driver.mount(rw);
    assertThat(driver.mount(rw)).isEqualTo(root);
    driver.release(rw);
    assertThat(root.resolve("a")).exists();
    driver.release(rw);
    assertThat(Files.exists(root.resolve("a"))).isEqualTo(!mounts());
    driver.remove(rw);
  }

  @Test
  void aStackMayHave128Layers() throws IOException {
    String rw = id();
    driver.createReadWrite(rw, stackOf(128));
    Path root = driver.mount(rw);
    for (int i = 0; i < 128; i++) {
      assertThat(root.resolve("f" + i)).hasContent(String.valueOf(i));
    }
    Files.writeString(root.resolve("f0"), "written");
    driver.release(rw);
    driver.remove(rw);
  }

  @Test
  void removingTwiceOrWhatNeverWasIsFine() throws IOException {
    String layer = base("a", "1");
    driver.remove(layer);
    driver.remove(layer);
    driver.remove(id());
    assertThat(driver.ids()).isEmpty();
  }

  @Test
  void aMountedLayerIsUnmountedWhenItIsRemoved() throws IOException {
    String rw = id();
    driver.createReadWrite(rw, base("a", "1"));
    driver.mount(rw);
    driver.remove(rw);
    assertThat(driver.exists(rw)).isFalse();
  }

  @Test
  void recoveryDeletesOrphansAndKeepsTheRest() throws IOException {
    String known = base("a", "1");
    String orphan = base("b", "2");
    String foreign = "q3zkfu6swkfh1r1u4opyr2gsj";
    driver.create(foreign);
    GraphDriver next = open(temp.resolve("home"));
    next.recover(Set.of(known));
    assertThat(next.ids()).contains(known, foreign).doesNotContain(orphan);
  }

  @Test
  void mountsThatOutlivedTheDaemonAreKnownToTheNext() throws IOException {
    String base = base("a", "1");
    String rw = id();
    driver.createReadWrite(rw, base);
    Path root = driver.mount(rw);
    GraphDriver next = open(temp.resolve("home"));
    next.recover(Set.of(base, rw));
    assertThat(root.resolve("a")).exists();
    next.release(rw);
    assertThat(Files.exists(root.resolve("a"))).isEqualTo(!mounts());
    next.remove(rw);
  }

  @Test
  void whiteoutsHideAndOpaqueDirectoriesReplace() throws IOException {
    String base = id();
    driver.create(base);
    Files.createDirectories(driver.diff(base).resolve("d/sub"));
    Files.writeString(driver.diff(base).resolve("d/below"), "1");
    Files.writeString(driver.diff(base).resolve("gone"), "1");
    String top = id();
    driver.create(top);
    Path diff = driver.diff(top);
    SYS.mknodat(Sys.AT_FDCWD, bytes(diff.resolve("gone")), Stat.S_IFCHR, 0, 0);
    Files.createDirectory(diff.resolve("d"));
    SYS.lsetxattr(bytes(diff.resolve("d")), bytes("trusted.overlay.opaque"), bytes("y"));
    Files.writeString(diff.resolve("d/above"), "2");
    driver.setParent(top, base);
    String rw = id();
    driver.createReadWrite(rw, top);
    Path root = driver.mount(rw);
    assertThat(root.resolve("gone")).doesNotExist();
    assertThat(root.resolve("d/above")).exists();
    assertThat(root.resolve("d/below")).doesNotExist();
    assertThat(root.resolve("d/sub")).doesNotExist();
    driver.release(rw);
    driver.remove(rw);
  }

  @Test
  void aLayerIsPopulatedAsThroughAMount() throws IOException {
    String base = id();
    driver.create(base);
    Path diff = driver.diff(base);
    Files.createDirectories(diff.resolve("etc/resolv.conf"));
    Files.writeString(diff.resolve("etc/hosts"), "of the image");
    SYS.lchownat(Sys.AT_FDCWD, bytes(diff.resolve("etc")), 5, 6);
    SYS.fchmodat(Sys.AT_FDCWD, bytes(diff.resolve("etc")), 02711);
    SYS.lsetxattr(bytes(diff.resolve("etc")), bytes("user.kept"), bytes("v"));
    Files.createDirectory(diff.resolve("sys"));
    // Of this host: nothing may look through it.
    Files.createSymbolicLink(diff.resolve("dev"), Path.of("/dev"));
    Files.writeString(diff.resolve("proc"), "a file");
    String init = id();
    driver.createReadWrite(init, base);
    driver.populate(
        init,
        List.of(
            new LayerName.Directory("dev/pts"),
            new LayerName.Directory("proc"),
            new LayerName.Directory("sys"),
            new LayerName.EmptyFile("etc/hosts"),
            new LayerName.EmptyFile("etc/resolv.conf"),
            new LayerName.EmptyFile("dev/console"),
            new LayerName.Link("etc/mtab", "/proc/mounts")));
    String rw = id();
    driver.createReadWrite(rw, init);
    Path root = driver.mount(rw);
    assertThat(root.resolve("etc/hosts")).isEmptyFile();
    assertThat(root.resolve("etc/resolv.conf")).isDirectory();
    assertThat(Files.readSymbolicLink(root.resolve("etc/mtab"))).hasToString("/proc/mounts");
    Stat etc = SYS.lstatat(Sys.AT_FDCWD, bytes(root.resolve("etc")));
    assertThat(etc.permissions()).isEqualTo(02711);
    assertThat(etc.uid()).isEqualTo(5);
    assertThat(etc.gid()).isEqualTo(6);
    assertThat(SYS.lgetxattr(bytes(root.resolve("etc")), bytes("user.kept"))).isEqualTo(bytes("v"));
    assertThat(root.resolve("dev")).isDirectory();
    assertThat(Files.isSymbolicLink(root.resolve("dev"))).isFalse();
    assertThat(root.resolve("dev/pts")).isDirectory();
    assertThat(root.resolve("dev/console")).isEmptyFile();
    assertThat(root.resolve("proc")).isDirectory();
    driver.release(rw);
    driver.remove(rw);
  }

  @Test
  void populatingSeesWhiteoutsAndOpaqueDirectories() throws IOException {
    String base = id();
    driver.create(base);
    Files.createDirectories(driver.diff(base).resolve("proc"));
    Files.createDirectories(driver.diff(base).resolve("dev/pts"));
    String top = id();
    driver.create(top);
    SYS.mknodat(Sys.AT_FDCWD, bytes(driver.diff(top).resolve("proc")), Stat.S_IFCHR, 0, 0);
    Path dev = Files.createDirectory(driver.diff(top).resolve("dev"));
    SYS.lsetxattr(bytes(dev), bytes("trusted.overlay.opaque"), bytes("y"));
    driver.setParent(top, base);
    String init = id();
    driver.createReadWrite(init, top);
    driver.populate(
        init, List.of(new LayerName.Directory("proc"), new LayerName.Directory("dev/pts")));
    Path root = driver.mount(init);
    assertThat(root.resolve("proc")).isDirectory();
    assertThat(root.resolve("dev/pts")).isDirectory();
    driver.release(init);
    driver.remove(init);
  }

  @Test
  void sizesCountEachInodeOnceAndAnyName() throws IOException {
    String layer = base("a", "12345");
    Path diff = driver.diff(layer);
    SYS.linkat(Sys.AT_FDCWD, bytes(diff.resolve("a")), Sys.AT_FDCWD, bytes(diff.resolve("hard")));
    Files.createDirectories(diff.resolve("d"));
    int directory = SYS.openat(Sys.AT_FDCWD, bytes(diff.resolve("d")), Sys.O_DIRECTORY, 0);
    int odd = SYS.openat(directory, new byte[] {(byte) 0xff, 1}, Sys.O_CREAT | Sys.O_WRONLY, 0600);
    SYS.ftruncate(odd, 1000);
    SYS.close(odd);
    SYS.close(directory);
    Files.createSymbolicLink(diff.resolve("link"), Path.of("123"));
    assertThat(driver.sizeBytes(layer, null)).isEqualTo(5 + 1000 + 3);
    driver.remove(layer);
    assertThat(driver.exists(layer)).isFalse();
  }

  @Test
  void veryDeepTreesAreDeleted() throws IOException {
    String layer = base("a", "1");
    int directory = SYS.openat(Sys.AT_FDCWD, bytes(driver.diff(layer)), Sys.O_DIRECTORY, 0);
    for (int i = 0; i < 1500; i++) {
      SYS.mkdirat(directory, bytes("deep"), 0);
      int next = SYS.openat(directory, bytes("deep"), Sys.O_DIRECTORY, 0);
      SYS.close(directory);
      directory = next;
    }
    SYS.close(directory);
    driver.remove(layer);
    assertThat(driver.exists(layer)).isFalse();
  }

  @Test
  void whatIsBusyIsDeletedAllTheSame() throws Exception {
    String rw = id();
    driver.createReadWrite(rw, base("a", "1"));
    Path root = driver.mount(rw);
    Files.createDirectory(root.resolve("d"));
    Path point = Files.createDirectory(driver.diff(rw).resolve("mounted"));
    Mounts.host().mount("none", point, "tmpfs", 0, "size=1m");
    Process inside =
        new ProcessBuilder("sleep", "60").directory(root.resolve("d").toFile()).start();
    try {
      driver.remove(rw);
      assertThat(driver.exists(rw)).isFalse();
      assertThat(root).doesNotExist();
    } finally {
      inside.destroyForcibly().waitFor();
    }
  }

  @Test
  void mountsFromManyThreadsAreCountedRight() throws Exception {
    String base = base("a", "1");
    List<String> layers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      layers.add(id());
      driver.createReadWrite(layers.get(i), base);
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<?>> results = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String layer = layers.get(i % 4);
        results.add(
            threads.submit(
                () -> {
                  assertThat(driver.mount(layer).resolve("a")).exists();
                  driver.release(layer);
                }));
      }
      for (Future<?> result : results) {
        result.get();
      }
    }
    layers.forEach(driver::remove);
  }

  @Test
  void aMissingParentLeavesNothing() {
    String rw = id();
    assertThatThrownBy(() -> driver.createReadWrite(rw, id())).isInstanceOf(SystemFailure.class);
    assertThat(driver.ids()).isEmpty();
  }

  @Test
  void aQuotaIsRefusedInDockersWords() throws IOException {
    String base = base("a", "1");
    assertThatThrownBy(() -> driver.createReadWrite(id(), base, Map.of("size", "1g")))
        .hasMessage(quotaRefused());
    assertThatThrownBy(() -> driver.createReadWrite(id(), base, Map.of("foo", "1g")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(optionRefused("foo"));
    assertThat(driver.ids()).containsExactly(base);
  }
}
