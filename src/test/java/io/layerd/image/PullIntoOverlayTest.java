package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.layerd.archive.LayerUnpackers;
import io.layerd.events.EventLog;
import io.layerd.graph.overlay2.Overlay2Driver;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.layer.LayerStore;
import io.layerd.layer.LayerStores;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.registry.TestRegistry;
import io.layerd.sys.Sys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real layers: the overlay2 driver and the layer store in a data root of their own. */
@Timeout(120)
class PullIntoOverlayTest {
  @TempDir Path root;
  private final TestRegistry server = new TestRegistry();
  private final RegistryOptions options =
      new RegistryOptions(
          RegistrySettings.DEFAULT.withTimes(Duration.ofMillis(1), Duration.ofSeconds(1)));
  private LayerStore layers;
  private ImageService images;

  @BeforeEach
  void open() {
    layers =
        LayerStores.open(
            root,
            Overlay2Driver.open(root.resolve("overlay2")),
            LayerUnpackers.create(Sys.host()),
            (_, _) -> {
              throw new IOException("no layer is read back here");
            });
    images = ImageServices.open(root, layers, options, new EventLog());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] tar(String name, int size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      // The same bytes each time, whatever the clock says.
      entry.setModTime(0);
      entry.setSize(size);
      tar.putArchiveEntry(entry);
      tar.write(TestRegistry.noise(size, size));
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private void pull(String reference) {
    images.pull(
        new PullRequest(
            server.host() + "/" + reference, false, null, RegistryCredentials.ANONYMOUS),
        (_, _, _, _) -> {},
        new ImageService.Cancellation() {
          @Override
          public boolean cancelled() {
            return false;
          }

          @Override
          public void onCancel(Runnable action) {}
        });
  }

  private List<String> directories() throws IOException {
    try (Stream<Path> list = Files.list(root.resolve("overlay2"))) {
      return list.map(path -> path.getFileName().toString())
          .filter(name -> name.matches("[0-9a-f]{64}"))
          .toList();
    }
  }

  private List<String> staging() throws IOException {
    try (Stream<Path> list = Files.list(root.resolve("image/overlay2/layerdb/tmp"))) {
      return list.map(Path::toString).toList();
    }
  }

  @Test
  void layersOfEveryCompressionArriveAndGo() throws IOException {
    byte[] plain = tar("a", 100_000);
    byte[] gzip = tar("b", 200_000);
    byte[] zstd = tar("c", 300_000);
    byte[] config = TestRegistry.config("", List.of(plain, gzip, zstd));
    byte[] gzipped = TestRegistry.gzip(gzip);
    byte[] zstded = Zstd.compress(zstd);
    for (byte[] blob : List.of(config, plain, gzipped, zstded)) {
      server.addBlob(blob);
    }
    server.addManifest(
        "t/app",
        "latest",
        MediaTypes.OCI_MANIFEST,
        TestRegistry.manifest(
                TestRegistry.descriptor(MediaTypes.OCI_CONFIG, config),
                TestRegistry.descriptor("application/vnd.oci.image.layer.v1.tar", plain)
                    + ","
                    + TestRegistry.descriptor(
                        "application/vnd.oci.image.layer.v1.tar+gzip", gzipped)
                    + ","
                    + TestRegistry.descriptor(
                        "application/vnd.oci.image.layer.v1.tar+zstd", zstded))
            .replace(MediaTypes.DOCKER_MANIFEST, MediaTypes.OCI_MANIFEST));
    pull("t/app");
    String name = server.host() + "/t/app";
    assertThat(images.summary(images.get(name).id()).sizeBytes()).isEqualTo(600_000);
    assertThat(directories()).hasSize(3);
    assertThat(staging()).isEmpty();

    open();
    layers.recover(Set.of());
    assertThat(images.history(name)).hasSize(3);
    assertThat(directories()).hasSize(3);
    images.remove(name, false, true);
    assertThat(directories()).isEmpty();
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void failuresLeaveNothingBehind() throws Exception {
    byte[] good = tar("a", 100_000);
    byte[] bad = TestRegistry.noise(100_000, 9);
    server.addImage("t/bad", "latest", List.of(good, bad));
    assertThatThrownBy(() -> pull("t/bad")).hasMessageStartingWith("failed to register layer: ");
    gone();

    server.addImage("t/cut", "latest", List.of(tar("a", 1_000_000), tar("b", 1_100_000)));
    Digest cut = Digest.of(TestRegistry.gzip(tar("b", 1_100_000)));
    server.trick(
        (exchange, path) -> {
          if (path.endsWith(cut.toString())) {
            TestRegistry.sendPart(exchange, TestRegistry.gzip(tar("b", 1_100_000)), 0, 500_000);
            return true;
          }
          return false;
        });
    assertThatThrownBy(() -> pull("t/cut")).hasMessage("unexpected EOF");
    gone();

    server.addImage("t/diff", "latest", List.of(good));
    byte[] config = TestRegistry.config("", List.of(bad));
    server.addBlob(config);
    server.addManifest(
        "t/diff",
        "latest",
        MediaTypes.DOCKER_MANIFEST,
        TestRegistry.manifest(
            TestRegistry.descriptor(MediaTypes.DOCKER_CONFIG, config),
            TestRegistry.descriptor(MediaTypes.DOCKER_LAYER_GZIP, TestRegistry.gzip(good))));
    assertThatThrownBy(() -> pull("t/diff"))
        .hasMessage("layers from manifest don't match image configuration");
    gone();
  }

  /** Transfers that were stopped clean up after the pull has answered. */
  private void gone() throws Exception {
    for (int i = 0; i < 200 && !(directories().isEmpty() && staging().isEmpty()); i++) {
      Thread.sleep(20);
    }
    assertThat(directories()).isEmpty();
    assertThat(staging()).isEmpty();
    assertThat(layers.all()).isEmpty();
    assertThat(images.count()).isZero();
  }
}
