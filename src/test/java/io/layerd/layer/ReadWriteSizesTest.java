package io.layerd.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.graph.GraphDriver;
import io.layerd.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written behind the back of the driver tells whether a layer was looked at. */
class ReadWriteSizesTest {
  private static final String LOWER = "a".repeat(64);
  private static final String LAYER = "b".repeat(64);

  @TempDir Path root;

  private GraphDriver open(String name) {
    return StorageDrivers.open(root, name, List.of());
  }

  private GraphDriver withLayer(String name) {
    GraphDriver driver = open(name);
    driver.create(LOWER);
    driver.createReadWrite(LAYER, LOWER);
    return driver;
  }

  @AfterEach
  void unmount() throws IOException {
    Mounts.host().unmountAll(root);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay"})
  void whatIsNotMountedIsMeasuredOnce(String name) throws IOException {
    GraphDriver driver = withLayer(name);
    ReadWriteSizes sizes = new ReadWriteSizes(driver);
    Path own;
    try (var changes = driver.changes(LAYER, LOWER)) {
      own = changes.directory();
    }
    Files.writeString(own.resolve("one"), "1");
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(1);
    Files.writeString(own.resolve("two"), "22");
    assertThat(sizes.bytes(LAYER, LOWER)).as("kept").isEqualTo(1);
    Path mounted = sizes.mount(LAYER, "");
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(3);
    Files.writeString(mounted.resolve("three"), "333");
    assertThat(sizes.bytes(LAYER, LOWER)).as("measured while mounted").isEqualTo(6);
    driver.release(LAYER);
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(6);
    Files.writeString(own.resolve("four"), "4444");
    assertThat(sizes.bytes(LAYER, LOWER)).as("kept").isEqualTo(6);
    sizes.forget(LAYER);
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay", "vfs"})
  void aMountThatOutlivedTheDaemonIsMeasuredEachTime(String name) throws IOException {
    Path mounted = withLayer(name).mount(LAYER, "");
    GraphDriver next = open(name);
    next.recover(Set.of(LOWER, LAYER));
    ReadWriteSizes sizes = new ReadWriteSizes(next);
    assertThat(sizes.bytes(LAYER, LOWER)).isZero();
    Files.writeString(mounted.resolve("one"), "1");
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(1);
    // Somebody else's mount comes and goes: the survivor is still there.
    sizes.mount(LAYER, "");
    next.release(LAYER);
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(1);
    Files.writeString(mounted.resolve("two"), "22");
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(3);
    next.release(LAYER);
    assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "vfs"})
  void measuringBesideMountsNeverKeepsAnOldSize(String name) throws Exception {
    GraphDriver driver = withLayer(name);
    ReadWriteSizes sizes = new ReadWriteSizes(driver);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int round = 1; round <= 60; round++) {
        List<Future<Long>> measured =
            List.of(
                threads.submit(() -> sizes.bytes(LAYER, LOWER)),
                threads.submit(() -> sizes.bytes(LAYER, LOWER)));
        Path mounted = sizes.mount(LAYER, "");
        Files.writeString(mounted.resolve("file"), "x".repeat(round));
        driver.release(LAYER);
        for (Future<Long> one : measured) {
          assertThat(one.get()).isBetween(0L, (long) round);
        }
        assertThat(sizes.bytes(LAYER, LOWER)).isEqualTo(round);
      }
    }
  }
}
