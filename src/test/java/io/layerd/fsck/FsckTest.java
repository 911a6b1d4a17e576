package io.layerd.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.events.EventLog;
import io.layerd.graph.GraphDriver;
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
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A data root that the stores wrote, damaged by hand, checked and repaired. */
@SuppressWarnings("NullAway.Init") // filled by each test
class FsckTest {
  private static final Sys SYS = Sys.host();

  @TempDir Path root;
  private String driverName = "overlay2";
  private GraphDriver driver;
  private LayerStore store;
  private ImageService images;
  private Layer base;
  private Layer top;
  private Path layers;
  private Path imageFile;

  private void open() {
    driver = StorageDrivers.open(root, driverName, List.of());
    store =
        LayerStores.open(
            root,
            driver,
            LayerUnpackers.create(SYS),
            (split, directory) -> TarSplit.assemble(SYS, split, directory));
    images =
        ImageServices.open(
            root, store, new RegistryOptions(RegistrySettings.DEFAULT), new EventLog());
  }

  /** Two layers, an image of them with a name, and a container. */
  private void fill() throws IOException {
    open();
    base = layer(null, "etc/passwd", "root:x:0:0::/:/bin/sh\n", "bin/tool", "#!tool");
    top = layer(base.chainId(), "etc/motd", "hello", "etc/.wh.passwd", "");
    String config =
        """
        {"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["%s","%s"]}}
        """
            .formatted(base.diffId(), top.diffId());
    ImageService.Image image =
        images.createImage(config.getBytes(StandardCharsets.UTF_8), null, false);
    images.tag(image.id(), Reference.parse("some:tag"));
    store.release(top.chainId());
    store.release(base.chainId());
    store.createReadWrite("c".repeat(64), top.chainId(), Map.of());
    Path container = Files.createDirectories(root.resolve("containers").resolve("c".repeat(64)));
    Files.writeString(container.resolve("config.v2.json"), "{}");
    Path state = root.resolve("image").resolve(driverName);
    layers = state.resolve("layerdb/sha256");
    imageFile = state.resolve("imagedb/content/sha256").resolve(image.id().hex());
  }

  private Layer layer(@Nullable ChainId parent, String... namesAndContents) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (int i = 0; i < namesAndContents.length; i += 2) {
        byte[] data = namesAndContents[i + 1].getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(namesAndContents[i]);
        entry.setSize(data.length);
        entry.setLastModifiedTime(FileTime.fromMillis(0));
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
      }
    }
    return store.register(store.stage(new ByteArrayInputStream(bytes.toByteArray())), parent, null);
  }

  private Fsck.Report check(boolean live) {
    return Fsck.check(SYS, root, new Fsck.Options(true, live), Progress.NONE);
  }

  private List<String> problems() {
    return check(false).problems().stream().map(Problem::toString).toList();
  }

  private void repair() throws IOException {
    Repair repair = new Repair(SYS, root);
    for (Problem problem : check(false).problems()) {
      assertThat(repair.cure(problem)).isNotEmpty();
    }
  }

  private Path entry(Layer layer) {
    return layers.resolve(layer.chainId().digest().hex());
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay", "vfs"})
  void whatTheStoresWriteIsWhole(String name) throws IOException {
    driverName = name;
    fill();
    List<String> steps = new ArrayList<>();
    Fsck.Report report =
        Fsck.check(
            SYS,
            root,
            new Fsck.Options(true, false),
            (step, done, total) -> steps.add(step + " " + (done <= total)));
    assertThat(report.problems()).isEmpty();
    assertThat(report).isEqualTo(new Fsck.Report(List.of(name), 2, 1, List.of()));
    assertThat(steps).anyMatch(step -> step.startsWith("layer sha256:")).contains("done true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay2", "overlay", "vfs"})
  void aChangedByteIsFound(String name) throws IOException {
    driverName = name;
    fill();
    Files.writeString(driver.diff(base.cacheId()).resolve("bin/tool"), "#!fool");
    assertThat(problems())
        .contains("layer " + base.chainId() + ": file integrity checksum failed for \"bin/tool\"");
  }

  @Test
  void otherAttributesAndKindsAreFound() throws IOException {
    fill();
    Path diff = driver.diff(base.cacheId());
    Path tool = diff.resolve("bin/tool");
    Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxrwxrwx"));
    SYS.lchownat(Sys.AT_FDCWD, bytes(diff.resolve("etc/passwd")), 7, 0);
    Files.delete(driver.diff(top.cacheId()).resolve("etc/passwd"));
    assertThat(problems())
        .containsExactlyInAnyOrder(
            "layer " + base.chainId() + ": bin/tool: has mode 777, not 644",
            "layer " + base.chainId() + ": etc/passwd: belongs to 7:0, not 0:0",
            "layer " + top.chainId() + ": etc/.wh.passwd: the deletion is lost");
    SYS.mknodat(
        Sys.AT_FDCWD, bytes(driver.diff(top.cacheId()).resolve("etc/passwd")), Stat.S_IFCHR, 0, 0);
    SYS.lchownat(Sys.AT_FDCWD, bytes(diff.resolve("etc/passwd")), 0, 0);
    SYS.fchmodat(Sys.AT_FDCWD, bytes(tool), 0644);
    assertThat(problems()).isEmpty();
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void lostLinksAndLowersAreMadeAgain() throws IOException {
    fill();
    Path home = root.resolve("overlay2");
    Path link =
        home.resolve("l").resolve(Files.readString(home.resolve(base.cacheId()).resolve("link")));
    Files.delete(link);
    String lower = Files.readString(home.resolve(top.cacheId()).resolve("lower"));
    Files.writeString(home.resolve(top.cacheId()).resolve("lower"), "");
    assertThat(problems()).hasSizeGreaterThanOrEqualTo(2);
    repair();
    repair();
    assertThat(link).isSymbolicLink();
    assertThat(home.resolve(top.cacheId()).resolve("lower")).hasContent(lower);
    assertThat(problems()).isEmpty();
  }

  @Test
  void aDamagedLayerIsMovedAwayWithAllThatNeedsIt() throws IOException {
    fill();
    store.removeReadWrite("c".repeat(64));
    Files.writeString(driver.diff(base.cacheId()).resolve("bin/tool"), "#!fool");
    assertThat(problems())
        .anyMatch(text -> text.startsWith("layer " + base.chainId()))
        .anyMatch(text -> text.startsWith("layer " + top.chainId()))
        .anyMatch(text -> text.startsWith("image sha256:" + imageFile.getFileName()))
        .anyMatch(text -> text.startsWith("name some:tag: its image"));
    repair();
    assertThat(problems()).isEmpty();
    assertThat(imageFile).doesNotExist();
    assertThat(entry(base)).doesNotExist();
    assertThat(entry(top)).doesNotExist();
    try (var quarantined = Files.walk(root.resolve("quarantine"))) {
      assertThat(quarantined.map(path -> path.getFileName().toString()))
          .contains(
              imageFile.getFileName().toString(),
              entry(base).getFileName().toString(),
              entry(top).getFileName().toString(),
              base.cacheId(),
              top.cacheId(),
              "tool",
              "motd");
    }
    open();
    store.recover(Set.of());
    assertThat(problems()).isEmpty();
    assertThat(images.count()).isZero();
    assertThat(layer(null, "etc/passwd", "root:x:0:0::/:/bin/sh\n", "bin/tool", "#!tool").chainId())
        .isEqualTo(base.chainId());
  }

  @Test
  void whatAContainerStandsOnIsNotMoved() throws IOException {
    fill();
    Files.writeString(driver.diff(base.cacheId()).resolve("bin/tool"), "#!fool");
    repair();
    assertThat(entry(base)).exists();
    assertThat(imageFile).exists();
    assertThat(root.resolve("quarantine")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"size", "cache-id", "diff"})
  void norIsALayerOfAContainerWhoseEntryIsDamaged(String file) throws IOException {
    fill();
    Files.writeString(entry(base).resolve(file), "");
    repair();
    assertThat(entry(base)).exists();
    assertThat(entry(top)).exists();
    assertThat(driver.diff(base.cacheId()).resolve("bin/tool")).hasContent("#!tool");
    assertThat(driver.diff(top.cacheId()).resolve("etc/motd")).hasContent("hello");
  }

  @Test
  void theFilesOfALayerWhoseEntryIsDamagedAreKept() throws IOException {
    fill();
    store.removeReadWrite("c".repeat(64));
    Files.writeString(entry(top).resolve("size"), "");
    repair();
    assertThat(problems()).isEmpty();
    assertThat(entry(base)).exists();
    try (var quarantined = Files.walk(root.resolve("quarantine"))) {
      assertThat(quarantined).anyMatch(path -> path.endsWith(top.cacheId() + "/diff/etc/motd"));
    }
  }

  @Test
  void leftoversAreProblemsOnlyWhileNoDaemonIsUp() throws IOException {
    fill();
    Path staging = Files.createDirectories(layers.resolveSibling("tmp").resolve("write-set-1"));
    Path removing = Files.createDirectory(layers.resolve("0".repeat(64) + "-1-removing"));
    driver.create("e".repeat(64));
    Path orphan = root.resolve("overlay2").resolve("e".repeat(64));
    assertThat(check(true).problems()).isEmpty();
    assertThat(problems())
        .extracting(text -> text.replaceFirst(":.*", ""))
        .containsExactlyInAnyOrder(
            "leftover " + staging, "leftover " + removing, "leftover " + orphan);
    repair();
    assertThat(problems()).isEmpty();
    assertThat(orphan).doesNotExist();
  }

  @Test
  void damagedMetadataOfEachKindIsFound() throws IOException {
    fill();
    Files.writeString(entry(top).resolve("size"), "");
    assertThat(problems())
        .contains("layer " + top.chainId() + ": size is empty")
        .anyMatch(text -> text.startsWith("container " + "c".repeat(64)));
    Files.writeString(entry(top).resolve("size"), "5");
    assertThat(problems()).isEmpty();
    Files.write(entry(top).resolve("tar-split.json.gz"), new byte[] {1, 2});
    assertThat(problems()).anyMatch(text -> text.contains("tar-split.json.gz"));
  }

  @Test
  void damagedImagesAndNamesAreFound() throws IOException {
    fill();
    byte[] config = Files.readAllBytes(imageFile);
    Files.writeString(imageFile, "{}");
    assertThat(problems())
        .contains("image sha256:" + imageFile.getFileName() + ": its content has another digest");
    Files.write(imageFile, config);
    Path names = layers.resolve("../../repositories.json").normalize();
    Files.writeString(names, "{\"Repositories\":");
    assertThat(problems()).singleElement().asString().startsWith(names.toString());
    repair();
    assertThat(names).doesNotExist();
    assertThat(problems()).isEmpty();
  }

  @Test
  void anEmptyDataRootIsFine() {
    assertThat(check(false)).isEqualTo(new Fsck.Report(List.of(), 0, 0, List.of()));
  }
}
