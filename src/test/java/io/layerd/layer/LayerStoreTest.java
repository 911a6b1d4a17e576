package io.layerd.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.graph.GraphDriver;
import io.layerd.mount.Mounts;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layer store on a driver and the real kernel. */
class LayerStoreTest {
  @TempDir Path root;
  private GraphDriver driver;
  private LayerStore store;

  protected String driverName() {
    return "overlay2";
  }

  private Path image() {
    return root.resolve("image").resolve(driverName());
  }

  @BeforeEach
  void open() {
    driver = StorageDrivers.open(root, driverName(), List.of());
    store =
        LayerStores.open(
            root,
            driver,
            LayerUnpackers.create(Sys.host()),
            (split, directory) -> TarSplit.assemble(Sys.host(), split, directory));
  }

  @AfterEach
  void nothingStaysMounted() throws IOException {
    Mounts.host().unmountAll(root);
  }

  private static byte[] tar(String name, String content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      byte[] data = content.getBytes(StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(data.length);
      entry.setLastModifiedTime(java.nio.file.attribute.FileTime.fromMillis(0));
      tar.putArchiveEntry(entry);
      tar.write(data);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }

  private StagedLayer stage(byte[] tar) throws IOException {
    return store.stage(new ByteArrayInputStream(tar));
  }

  private List<String> directories() {
    return driver.ids();
  }

  private long names(String directory) throws IOException {
    try (Stream<Path> paths = Files.list(image().resolve("layerdb/" + directory))) {
      return paths.count();
    }
  }

  @Test
  void aLayerIsPublishedUnderItsChainId() throws IOException {
    byte[] first = tar("a", "one");
    byte[] second = tar("b", "two!");
    StagedLayer stagedTop = stage(second);
    Layer base = store.register(stage(first), null, null);
    Layer top = store.register(stagedTop, base.chainId(), null);
    assertThat(base.chainId().digest()).isEqualTo(Digest.of(first));
    assertThat(top.chainId()).isEqualTo(ChainId.of(base.chainId(), top.diffId()));
    Path entry = image().resolve("layerdb/sha256/" + top.chainId().digest().hex());
    assertThat(entry.resolve("diff")).hasContent(Digest.of(second).toString());
    assertThat(entry.resolve("parent")).hasContent(base.chainId().toString());
    assertThat(entry.resolve("size")).hasContent("4");
    assertThat(entry.resolve("cache-id")).hasContent(top.cacheId());
    assertThat(store.chain(top.chainId())).containsExactly(base, top);
    assertThat(store.chainSizeBytes(top.chainId())).isEqualTo(7);
    assertThat(names("tmp")).as("marks of layers no image holds yet").isEqualTo(2);
    store.retain(top.chainId());
    store.release(top.chainId());
    store.release(base.chainId());
    assertThat(names("tmp")).isZero();
    try (InputStream tar = store.tar(top.chainId())) {
      assertThat(tar.readAllBytes()).isEqualTo(second);
    }
  }

  @Test
  void aChangedFileIsNoticedWhenTheTarIsMadeAgain() throws IOException {
    Layer layer = store.register(stage(tar("a", "one")), null, null);
    Files.writeString(driver.diff(layer.cacheId()).resolve("a"), "two");
    try (InputStream tar = store.tar(layer.chainId())) {
      assertThatThrownBy(tar::readAllBytes).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aStackIsSeenWholeAndItsTarsComeBack() throws IOException {
    byte[] first = tar("d/a", "one");
    byte[] second = tar("d/.wh.a", "");
    byte[] third = tar("d/b", "three");
    Layer base = store.register(stage(first), null, null);
    Layer middle = store.register(stage(second), base.chainId(), null);
    Layer top = store.register(stage(third), middle.chainId(), null);
    store.createReadWrite("c1", top.chainId(), Map.of());
    Path mounted = store.mount("c1");
    assertThat(mounted.resolve("d/a")).doesNotExist();
    assertThat(mounted.resolve("d/b")).hasContent("three");
    Files.delete(mounted.resolve("d/b"));
    store.unmount("c1");
    for (Map.Entry<Layer, byte[]> layer :
        Map.of(base, first, middle, second, top, third).entrySet()) {
      try (InputStream tar = store.tar(layer.getKey().chainId())) {
        assertThat(tar.readAllBytes()).isEqualTo(layer.getValue());
      }
    }
    try (LayerStore.Changes changes = store.readWriteChanges("c1")) {
      try (Stream<Path> all = Files.walk(changes.directory())) {
        assertThat(all.map(changes.directory()::relativize).map(Path::toString))
            .containsExactlyInAnyOrder("", "d", "d/b");
      }
    }
    assertThat(directories()).hasSize(5);
  }

  @Test
  void theSameLayerRegisteredTogetherIsKeptOnce() throws Exception {
    byte[] content = tar("a", "one");
    List<StagedLayer> staged = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      staged.add(stage(content));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<Layer>> results = new ArrayList<>();
      staged.forEach(s -> results.add(threads.submit(() -> store.register(s, null, null))));
      Layer first = results.getFirst().get();
      for (Future<Layer> result : results) {
        assertThat(result.get()).isEqualTo(first);
      }
      assertThat(directories()).containsExactly(first.cacheId());
      for (int i = 0; i < 5; i++) {
        assertThat(store.release(first.chainId())).isEmpty();
      }
      assertThat(store.release(first.chainId())).containsExactly(first);
    }
    assertThat(directories()).isEmpty();
    assertThat(names("sha256")).isZero();
  }

  @Test
  void aMalformedTarLeavesNothing() throws IOException {
    byte[] broken = tar("a", "one");
    broken[10] ^= 0x40;
    assertThatThrownBy(() -> stage(broken)).isInstanceOf(InvalidParameter.class);
    assertThat(directories()).isEmpty();
    assertThat(names("tmp")).isZero();
  }

  @Test
  void releasingTheTopReleasesTheWholeStack() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    Layer top = store.register(stage(tar("b", "2")), base.chainId(), null);
    store.release(base.chainId());
    assertThat(store.find(base.chainId())).isPresent();
    assertThat(store.release(top.chainId())).containsExactly(top, base);
    assertThat(directories()).isEmpty();
  }

  @Test
  void aContainerHasAnInitLayerAndItsOwn() throws IOException {
    Layer base = store.register(stage(tar("etc/hosts", "from the image")), null, null);
    store.createReadWrite("c1", base.chainId(), Map.of());
    Path mounted = store.mount("c1");
    assertThat(mounted.resolve("etc/hosts")).isEmptyFile();
    assertThat(mounted.resolve("proc")).isDirectory();
    assertThat(mounted.resolve(".dockerenv")).isEmptyFile();
    assertThat(Files.readSymbolicLink(mounted.resolve("etc/mtab"))).hasToString("/proc/mounts");
    Files.writeString(mounted.resolve("new"), "12345");
    assertThat(store.readWriteSizeBytes("c1")).isEqualTo(5);
    store.unmount("c1");
    assertThat(store.release(base.chainId())).as("the container keeps it").isEmpty();
    store.removeReadWrite("c1");
    store.removeReadWrite("c1");
    assertThat(directories()).isEmpty();
  }

  @Test
  void aRestartKnowsEverythingAgain() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    Layer top = store.register(stage(tar("b", "2")), base.chainId(), null);
    store.createReadWrite("c1", top.chainId(), Map.of());
    open();
    assertThat(store.chain(top.chainId())).containsExactly(base, top);
    assertThat(store.readWriteIds()).containsExactly("c1");
    store.recover(Set.of("c1"));
    assertThat(store.mount("c1").resolve("b")).hasContent("2");
    store.unmount("c1");
    store.retain(top.chainId());
    assertThat(store.release(top.chainId())).isEmpty();
  }

  @Test
  void recoverySweepsWhatAKillLeftBehind() throws IOException {
    Layer kept = store.register(stage(tar("a", "1")), null, null);
    stage(tar("b", "2"));
    store.createReadWrite("gone", kept.chainId(), Map.of());
    Path db = image().resolve("layerdb/sha256");
    Files.createDirectory(db.resolve("0".repeat(64) + "-ab-removing"));
    driver.create("f".repeat(64));
    open();
    store.retain(kept.chainId());
    store.recover(Set.of());
    assertThat(directories()).containsExactly(kept.cacheId());
    assertThat(names("tmp")).isZero();
    assertThat(names("mounts")).isZero();
    assertThat(names("sha256")).isOne();
  }

  @Test
  void aDamagedLayerIsLeftAloneAndTheRestWorks() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    Layer other = store.register(stage(tar("b", "2")), null, null);
    Path entry = image().resolve("layerdb/sha256/" + base.chainId().digest().hex());
    Files.writeString(entry.resolve("diff"), "");
    open();
    assertThat(store.find(base.chainId())).isEmpty();
    assertThat(store.find(other.chainId())).isPresent();
    store.retain(other.chainId());
    store.recover(Set.of());
    assertThat(store.find(other.chainId())).isPresent();
    assertThat(store.damaged()).singleElement().asString().contains(base.chainId().toString());
    assertThat(directories()).as("its files stay").contains(base.cacheId());
    assertThat(store.register(stage(tar("a", "1")), null, null).chainId())
        .as("it can be pulled again")
        .isEqualTo(base.chainId());
  }

  @Test
  void nothingIsSweptWhileALayerDoesNotSayWhatIsIts() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    Path entry = image().resolve("layerdb/sha256/" + base.chainId().digest().hex());
    Files.delete(entry.resolve("cache-id"));
    open();
    store.recover(Set.of());
    assertThat(directories()).containsExactly(base.cacheId());
  }

  @Test
  void layersOfAnImageThatWasNeverFinishedAreDeleted() throws IOException {
    Layer old = store.register(stage(tar("old", "1")), null, null);
    store.retain(old.chainId());
    store.release(old.chainId());
    Layer base = store.register(stage(tar("a", "1")), old.chainId(), null);
    store.register(stage(tar("b", "2")), base.chainId(), null);
    Layer other = store.register(stage(tar("c", "3")), null, null);
    open();
    store.retain(other.chainId());
    store.recover(Set.of());
    assertThat(store.all())
        .as("one an image holds, one that merely lost its image")
        .containsExactlyInAnyOrder(old, other);
    assertThat(directories()).containsExactlyInAnyOrder(old.cacheId(), other.cacheId());
    assertThat(names("tmp")).isZero();
    open();
    store.recover(Set.of());
    assertThat(store.all()).hasSize(2);
  }

  @Test
  void aContainerWhoseConfigurationCannotBeReadKeepsItsData() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    store.createReadWrite("c1", base.chainId(), Map.of());
    Path config = Files.createDirectories(root.resolve("containers/c1")).resolve("config.v2.json");
    Files.writeString(config, "");
    open();
    store.recover(Set.of());
    assertThat(store.readWriteIds()).containsExactly("c1");
    assertThat(directories()).hasSize(3);
  }

  @Test
  void nothingIsSweptWhileAnEntryCannotBeRead() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    store.createReadWrite("c1", base.chainId(), Map.of());
    Path entry = image().resolve("layerdb/mounts/c1");
    Files.writeString(entry.resolve("mount-id"), "");
    open();
    store.retain(base.chainId());
    store.recover(Set.of("c1"));
    assertThat(directories()).hasSize(3);
    open();
    store.retain(base.chainId());
    store.recover(Set.of());
    assertThat(directories()).containsExactly(base.cacheId());
    assertThat(entry).doesNotExist();
  }

  @Test
  void aContainerMayExistOnce() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    store.createReadWrite("c1", base.chainId(), Map.of());
    assertThatThrownBy(() -> store.createReadWrite("c1", base.chainId(), Map.of()))
        .isInstanceOf(Conflict.class);
    assertThat(directories()).hasSize(3);
    assertThatThrownBy(() -> store.createReadWrite("c2", base.chainId(), Map.of("size", "1g")))
        .isInstanceOf(EngineException.class);
    assertThat(directories()).hasSize(3);
    store.removeReadWrite("c1");
    assertThat(store.release(base.chainId())).containsExactly(base);
  }

  @Test
  void aContainerWithoutAnImageHasAnEmptyRoot() {
    store.createReadWrite("c1", null, Map.of());
    Path mounted = store.mount("c1");
    assertThat(mounted.resolve("etc/hosts")).isEmptyFile();
    store.unmount("c1");
    assertThat(store.readWriteData("c1")).containsEntry("ID", "c1");
    assertThat(store.readWriteData("c1").keySet())
        .hasSize(driverName().equals("vfs") ? 1 : 5)
        .isSubsetOf("ID", "LowerDir", "MergedDir", "UpperDir", "WorkDir");
    store.removeReadWrite("c1");
    assertThat(directories()).isEmpty();
  }

  @Test
  void metadataIsLaidOutAsDockerdDoes() throws IOException {
    Layer base = store.register(stage(tar("a", "1")), null, null);
    store.createReadWrite("c1", base.chainId(), Map.of());
    Path image = root.resolve("image");
    Path db = image().resolve("layerdb");
    Path chain = db.resolve("sha256/" + base.chainId().digest().hex());
    assertThat(mode(image)).isEqualTo("rwx------");
    assertThat(mode(db)).isEqualTo("rwx------");
    assertThat(mode(db.resolve("sha256"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(db.resolve("mounts"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(chain)).isEqualTo("rwx------");
    assertThat(mode(chain.resolve("tar-split.json.gz"))).isEqualTo("rw-r--r--");
    Path mounts = db.resolve("mounts/c1");
    assertThat(mode(mounts)).isEqualTo("rwxr-xr-x");
    String mountId = Files.readString(mounts.resolve("mount-id"));
    assertThat(mountId).matches("[0-9a-f]{64}");
    assertThat(mounts.resolve("init-id")).hasContent(mountId + "-init");
    assertThat(mounts.resolve("parent")).hasContent(base.chainId().toString());
  }

  @Test
  void theStackMayNotBeDeeperThanDockersLimit() throws IOException {
    List<StagedLayer> staged = new ArrayList<>();
    for (int i = 0; i < 125; i++) {
      staged.add(stage(tar("f" + i, "x")));
    }
    Layer top = store.register(staged.getFirst(), null, null);
    for (StagedLayer layer : staged.subList(1, 125)) {
      top = store.register(layer, top.chainId(), null);
    }
    Layer last = top;
    StagedLayer one = stage(tar("too", "deep"));
    assertThatThrownBy(() -> store.register(one, last.chainId(), null))
        .hasMessage("max depth exceeded");
    store.discard(one);
    store.createReadWrite("c1", last.chainId(), Map.of());
    assertThat(store.mount("c1").resolve("f0")).exists();
    store.unmount("c1");
    assertThat(directories()).hasSize(127);
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
