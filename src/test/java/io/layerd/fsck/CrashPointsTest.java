package io.layerd.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.durable.Failpoint;
import io.layerd.events.EventLog;
import io.layerd.graph.tree.TreeCopy;
import io.layerd.image.ImageService;
import io.layerd.image.ImageServices;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.LayerStores;
import io.layerd.layer.StorageDrivers;
import io.layerd.oci.ChainId;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.sys.Sys;
import io.layerd.sys.Trees;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the disk holds at each place between two steps is what a kill there would leave. At every
 * arrival the data root is copied; each copy is then recovered, checked to the last byte, and asked
 * for what had been answered with success.
 */
@SuppressWarnings("NullAway.Init") // filled before each test
class CrashPointsTest {
  private static final Sys SYS = Sys.host();
  private static final int ROUNDS = 4;

  @TempDir Path temp;
  private Path root;
  private String driver;
  private Stores stores;

  /** Names and containers there are, by those who asked for them; what is under way is open. */
  private final Set<String> certain = new TreeSet<>();

  private String undecided = "";
  private int kills;
  private final Set<Failpoint> visited = EnumSet.noneOf(Failpoint.class);

  record Stores(LayerStore layers, ImageService images) {
    static Stores open(Path root, String driver) {
      LayerStore layers =
          LayerStores.open(
              root,
              StorageDrivers.open(root, driver, List.of()),
              LayerUnpackers.create(SYS),
              (split, directory) -> TarSplit.assemble(SYS, split, directory));
      ImageService images =
          ImageServices.open(
              root, layers, new RegistryOptions(RegistrySettings.DEFAULT), new EventLog());
      return new Stores(layers, images);
    }
  }

  @AfterEach
  void disarm() {
    Failpoint.observe(null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay", "vfs"})
  void aKillAnywhereLosesNothingAndLeavesNothing(String name) throws IOException {
    driver = name;
    root = Files.createDirectory(temp.resolve("data"));
    stores = Stores.open(root, driver);
    Failpoint.observe(this::kill);
    for (int round = 0; round < ROUNDS; round++) {
      round(round);
    }
    Failpoint.observe(null);
    assertThat(stores.layers().all()).isEmpty();
    assertThat(kills).isGreaterThanOrEqualTo(100);
    assertThat(visited).containsAll(EnumSet.range(Failpoint.LAYER_STAGED, Failpoint.IMAGE_GONE));
  }

  /** Makes an image of two layers, names it, makes a container, and removes it all. */
  private void round(int round) throws IOException {
    String name = "some/name:" + round;
    String container = Integer.toHexString(round).repeat(64);
    undecided = name;
    Layer base = layer(null, "base" + round);
    Layer top = layer(base.chainId(), "top" + round);
    String config =
        """
        {"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["%s","%s"]}}
        """
            .formatted(base.diffId(), top.diffId());
    ImageService.Image image =
        stores.images().createImage(config.getBytes(StandardCharsets.UTF_8), null, true);
    stores.images().tag(image.id(), Reference.parse(name));
    stores.layers().release(top.chainId());
    stores.layers().release(base.chainId());
    certain.add(name);
    undecided = container;
    stores.layers().createReadWrite(container, top.chainId(), Map.of());
    Path configuration =
        Files.createDirectories(root.resolve("containers").resolve(container))
            .resolve("config.v2.json");
    Files.writeString(configuration, "{}");
    certain.add(container);
    Files.delete(configuration);
    certain.remove(container);
    stores.layers().removeReadWrite(container);
    undecided = name;
    certain.remove(name);
    var _ = stores.images().remove(name, false, true);
    undecided = "";
  }

  private Layer layer(@Nullable ChainId parent, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (String file : new String[] {"etc/same", "d/" + content}) {
        byte[] data = (file + content).getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(file);
        entry.setSize(data.length);
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
      }
    }
    LayerStore layers = stores.layers();
    return layers.register(
        layers.stage(new ByteArrayInputStream(bytes.toByteArray())), parent, null);
  }

  private void kill(Failpoint place) {
    kills++;
    visited.add(place);
    Path copy = temp.resolve("copy");
    Failpoint.observe(null);
    try {
      Files.createDirectory(copy);
      TreeCopy.deep(SYS, root, copy);
      check(copy, "kill %d at %s".formatted(kills, place));
      new Trees(SYS).delete(copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Failpoint.observe(this::kill);
    }
  }

  private void check(Path copy, String what) throws IOException {
    Stores next = Stores.open(copy, driver);
    Set<String> containers = new TreeSet<>(next.layers().readWriteIds());
    containers.removeIf(
        id -> !Files.exists(copy.resolve("containers").resolve(id).resolve("config.v2.json")));
    next.layers().recover(containers);
    assertThat(next.layers().damaged()).as(what).isEmpty();
    assertThat(next.images().damaged()).as(what).isEmpty();
    Fsck.Report report = Fsck.check(SYS, copy, new Fsck.Options(true, false), Progress.NONE);
    assertThat(report.problems()).as(what).isEmpty();
    Set<String> found = new TreeSet<>(containers);
    for (ImageService.Summary summary : next.images().list(true, false, Map.of())) {
      found.addAll(summary.repoTags());
    }
    found.remove(undecided);
    Set<String> wanted = new TreeSet<>(certain);
    wanted.remove(undecided);
    assertThat(found).as(what).isEqualTo(wanted);
    assertThat(temporaries(copy)).as(what).isEmpty();
    containers.forEach(next.layers()::removeReadWrite);
    for (ImageService.Summary summary : next.images().list(true, false, Map.of())) {
      var _ = next.images().remove(summary.image().id().toString(), true, true);
    }
    assertThat(next.layers().all()).as(what + ", everything removed").isEmpty();
  }

  private static List<String> temporaries(Path copy) throws IOException {
    try (var files = Files.walk(copy.resolve("image"))) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(".tmp-") || name.endsWith("-removing"))
          .toList();
    }
  }
}
