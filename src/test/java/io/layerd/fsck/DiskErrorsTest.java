package io.layerd.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.durable.Failpoint;
import io.layerd.error.EngineException;
import io.layerd.fsck.CrashPointsTest.Stores;
import io.layerd.image.ImageService;
import io.layerd.layer.Layer;
import io.layerd.layer.StagedLayer;
import io.layerd.mount.Mounts;
import io.layerd.oci.ChainId;
import io.layerd.oci.Reference;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk that fails once, at each place between two steps in turn: the operation says so, does it
 * when it is asked again, and in the end nothing is left. The daemon is not started anew.
 */
@SuppressWarnings("NullAway.Init") // filled before each test
class DiskErrorsTest {
  private static final int EIO = 5;
  private static final String CONTAINER = "c".repeat(64);

  private Path temp;
  private Path root;
  private String driver;
  private Stores stores;
  private int untilFailure;
  private @Nullable Failpoint failed;

  private interface Step<T> {
    T run() throws IOException;
  }

  /** In memory, if there is such a place: what a disk would sync takes most of the time. */
  @BeforeEach
  void make(@TempDir Path disk) throws IOException {
    Path memory = Path.of("/dev/shm");
    temp = Files.createTempDirectory(Files.isWritable(memory) ? memory : disk, "layerd-test");
  }

  @AfterEach
  void disarm() throws IOException {
    Failpoint.observe(null);
    Mounts.host().unmountAll(temp);
    new Trees(Sys.host()).delete(temp);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay", "vfs"})
  void aFailureAnywhereIsToldAndLeavesNothing(String name) throws IOException {
    driver = name;
    int failures = 0;
    do {
      root = Files.createDirectory(temp.resolve("data" + failures));
      stores = Stores.open(root, driver);
      untilFailure = ++failures;
      failed = null;
      Failpoint.observe(this::fail);
      wholeLife();
      Failpoint.observe(null);
    } while (failed != null);
    assertThat(failures).isGreaterThan(20);
  }

  private void fail(Failpoint place) throws ErrnoException {
    if (--untilFailure == 0) {
      failed = place;
      throw new ErrnoException("failpoint", place.name(), EIO);
    }
  }

  /** Once more if the disk failed. */
  private <T> T twice(String what, Step<T> step) throws IOException {
    try {
      return step.run();
    } catch (EngineException | IOException e) {
      assertThat(failed).as(what).isNotNull();
      assertThat(e).as(what + " at " + failed).hasMessageContaining("nput/output error");
      return step.run();
    }
  }

  private void wholeLife() throws IOException {
    Layer base = twice("base", () -> layer(null, "base"));
    Layer top = twice("top", () -> layer(base.chainId(), "top"));
    String config =
        """
        {"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["%s","%s"]}}
        """
            .formatted(base.diffId(), top.diffId());
    byte[] json = config.getBytes(StandardCharsets.UTF_8);
    ImageService.Image image = twice("image", () -> stores.images().createImage(json, null, true));
    twice("tag", () -> tag(image, "some/name:1"));
    twice("second tag", () -> tag(image, "some/name:2"));
    stores.layers().release(top.chainId());
    stores.layers().release(base.chainId());
    twice("container", () -> container(top.chainId()));
    whole("made");
    twice("removal of the container", this::removeContainer);
    twice("untag", () -> remove("some/name:2"));
    whole("untagged");
    twice("removal", () -> remove("some/name:1"));
    assertThat(stores.images().count()).as(String.valueOf(failed)).isZero();
    assertThat(stores.layers().all()).as(String.valueOf(failed)).isEmpty();
    assertThat(temporaries())
        .as(String.valueOf(failed))
        .allMatch(file -> failed == Failpoint.LAYER_UNPUBLISHED && file.endsWith("-removing"));
    Stores next = Stores.open(root, driver);
    next.layers().recover(java.util.Set.of());
    assertThat(directories()).as(failed + ", after a start").isEmpty();
    assertThat(temporaries()).as(failed + ", after a start").isEmpty();
    String metadata = "image/" + driver + "/imagedb/metadata/sha256";
    assertThat(root.resolve(metadata)).as(failed + ", after a start").isEmptyDirectory();
  }

  private void whole(String when) throws IOException {
    Fsck.Report report = Fsck.check(Sys.host(), root, new Fsck.Options(true, false), Progress.NONE);
    assertThat(report.problems()).as(failed + ", " + when).isEmpty();
    assertThat(stores.images().count()).as(failed + ", " + when).isEqualTo(1);
  }

  private boolean tag(ImageService.Image image, String name) {
    stores.images().tag(image.id(), Reference.parse(name));
    return true;
  }

  private boolean container(ChainId chain) throws IOException {
    stores.layers().createReadWrite(CONTAINER, chain, Map.of());
    Files.createDirectories(root.resolve("containers").resolve(CONTAINER));
    Files.writeString(
        root.resolve("containers").resolve(CONTAINER).resolve("config.v2.json"), "{}");
    return true;
  }

  private boolean removeContainer() throws IOException {
    Files.deleteIfExists(root.resolve("containers").resolve(CONTAINER).resolve("config.v2.json"));
    stores.layers().removeReadWrite(CONTAINER);
    return true;
  }

  private boolean remove(String name) {
    if (stores.images().find(name).isPresent()) {
      var _ = stores.images().remove(name, false, true);
    }
    return true;
  }

  private Layer layer(@Nullable ChainId parent, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      byte[] data = content.getBytes(StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry("d/" + content);
      entry.setSize(data.length);
      entry.setLastModifiedTime(FileTime.fromMillis(0));
      tar.putArchiveEntry(entry);
      tar.write(data);
      tar.closeArchiveEntry();
    }
    StagedLayer staged = stores.layers().stage(new ByteArrayInputStream(bytes.toByteArray()));
    try {
      return stores.layers().register(staged, parent, null);
    } catch (RuntimeException e) {
      stores.layers().discard(staged);
      throw e;
    }
  }

  private List<String> temporaries() throws IOException {
    try (var files = Files.walk(root.resolve("image"))) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(
              file ->
                  file.startsWith(".tmp-")
                      || file.startsWith("write-set-")
                      || file.startsWith("unclaimed-")
                      || file.endsWith("-removing"))
          .toList();
    }
  }

  private List<String> directories() throws IOException {
    Path layers = driver.equals("vfs") ? root.resolve("vfs/dir") : root.resolve(driver);
    try (var files = Files.list(layers)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(file -> !file.equals("l"))
          .toList();
    }
  }
}
