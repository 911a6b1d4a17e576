package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.image.ImageArchives.LoadListener;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ImageLoadTest extends StoreFixture {
  private static final byte[] ONE = ArchiveBuilder.layer("one", 100);
  private static final byte[] TWO = ArchiveBuilder.layer("two", 700_000);
  private static final byte[] CONFIG = ArchiveBuilder.config("2024-01-01T00:00:00Z", ONE, TWO);
  private static final Digest ID = Digest.of(CONFIG);

  private final List<String> said = new ArrayList<>();
  private final List<String> loading = new ArrayList<>();

  private void load(byte[] archive, @Nullable Platform platform) throws IOException {
    said.clear();
    images.load(
        new ByteArrayInputStream(archive),
        platform,
        new LoadListener() {
          @Override
          public void loading(String id, long current, long total) {
            loading.add(id + " " + current + "/" + total);
          }

          @Override
          public void message(String text) {
            said.add(text);
          }
        });
  }

  private void load(ArchiveBuilder archive) throws IOException {
    load(archive.build(), null);
  }

  private static ArchiveBuilder good(String tag) {
    return new ArchiveBuilder()
        .file("one.tar", ONE)
        .file("two.tar", TWO)
        .file("config.json", CONFIG)
        .manifest(List.of(tag), "config.json", "one.tar", "two.tar");
  }

  /** However a load ends, only images hold layers. */
  @AfterEach
  void nothingIsLeftBehind() {
    assertThat(layers.stagedNow()).isZero();
    images
        .list(true, false, Map.of())
        .forEach(summary -> images.remove(summary.image().id().toString(), true, false));
    assertThat(layers.all()).isEmpty();
  }

  private void refused(ArchiveBuilder archive, String message) {
    assertThatThrownBy(() -> load(archive))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(message);
  }

  @Test
  void loadsWhatWasSaved() throws Exception {
    Image base = make("2024-01-01T00:00:00Z", null, "b", "one");
    Image derived = make("2024-01-02T00:00:00Z", null, "d", "one", "two");
    images.tag(base.id(), Reference.parse("base"));
    images.tag(derived.id(), Reference.parse("derived:1"));
    images.tag(derived.id(), Reference.parse("derived:2"));
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    images.save(List.of("base", "derived"), null, archive);
    images.remove("derived:1", true, true);
    images.remove("derived:2", true, true);
    images.remove("base", true, true);
    // these layers are no tars: a fake store takes anything, the reader keeps small files
    load(archive.toByteArray(), null);
    assertThat(said)
        .containsExactly(
            "Loaded image: base:latest\n",
            "Loaded image: derived:1\n",
            "Loaded image: derived:2\n");
    assertThat(images.get("base").id()).isEqualTo(base.id());
    assertThat(images.get("derived:2").id()).isEqualTo(derived.id());
  }

  @Test
  void parentsAreKept() throws Exception {
    byte[] parent = ArchiveBuilder.config("2024-01-01T00:00:00Z", ONE);
    byte[] archive =
        new ArchiveBuilder()
            .file("one.tar", ONE)
            .file("two.tar", TWO)
            .file("c.json", CONFIG)
            .file("p.json", parent)
            .json(
                "manifest.json",
                List.of(
                    Map.of(
                        "Config",
                        "c.json",
                        "Layers",
                        List.of("one.tar", "two.tar"),
                        "Parent",
                        Digest.of(parent).toString()),
                    Map.of("Config", "p.json", "Layers", List.of("one.tar"))))
            .build();
    load(archive, null);
    assertThat(said)
        .containsExactly(
            "Loaded image ID: " + ID + "\n", "Loaded image ID: " + Digest.of(parent) + "\n");
    assertThat(images.get(ID.toString()).parent()).isEqualTo(Digest.of(parent));
    images = reopen(layers);
    assertThat(images.get(ID.toString()).parent()).isEqualTo(Digest.of(parent));
    images.remove(ID.toString(), true, true);
    images = reopen(new FakeLayerStore());
    assertThat(images.count()).isZero();
    layers.all().forEach(layer -> layers.release(layer.chainId()));
  }

  @Test
  void compressedArchivesAndLayers() throws Exception {
    ArchiveBuilder archive =
        new ArchiveBuilder()
            .manifest(List.of("gz:1"), "config.json", "one.tar", "two.tar")
            .file("config.json", CONFIG)
            .file("one.tar", gzip(ONE))
            .file("two.tar", gzip(TWO));
    load(gzip(archive.build()), null);
    assertThat(images.get("gz:1").id()).isEqualTo(ID);
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(plain);
    }
    return bytes.toByteArray();
  }

  @Test
  void tagsMoveAndTheUserIsTold() throws Exception {
    load(good("t:1"));
    byte[] other = ArchiveBuilder.config("2025-01-01T00:00:00Z", ONE);
    load(
        new ArchiveBuilder()
            .file("one.tar", ONE)
            .file("c.json", other)
            .manifest(List.of("t:1"), "c.json", "one.tar"));
    assertThat(said)
        .containsExactly(
            "The image t:1 already exists, renaming the old one with ID "
                + ID
                + " to empty string\n",
            "Loaded image: t:1\n");
    assertThat(images.get("t:1").id()).isEqualTo(Digest.of(other));
  }

  @Test
  void layersThatAreHereAreNotUnpackedAgain() throws Exception {
    String one = "blobs/sha256/" + Digest.of(ONE).hex();
    String two = "blobs/sha256/" + Digest.of(TWO).hex();
    ArchiveBuilder archive =
        new ArchiveBuilder()
            .file(one, ONE)
            .file(two, TWO)
            .file("config.json", CONFIG)
            .manifest(List.of("a:1"), "config.json", one, two);
    byte[] bytes = archive.build();
    load(bytes, null);
    assertThat(layers.stagings).isEqualTo(2);
    assertThat(loading).contains(two.substring(13, 25) + " 701952/701952");
    load(bytes, null);
    assertThat(layers.stagings).isEqualTo(2);
    // the same layer in another chain is a copy of the one that is here
    byte[] swapped = ArchiveBuilder.config("2024-01-01T00:00:00Z", TWO, ONE);
    load(
        new ArchiveBuilder()
            .file(one, ONE)
            .file(two, TWO)
            .file("config.json", swapped)
            .manifest(List.of("b:1"), "config.json", two, one));
    assertThat(images.get("b:1").id()).isEqualTo(Digest.of(swapped));
  }

  @Test
  void linksInsideTheArchiveAreFollowed() throws Exception {
    byte[] twice = ArchiveBuilder.config("2024-01-01T00:00:00Z", TWO, TWO, TWO);
    load(
        new ArchiveBuilder()
            .file("a/layer.tar", TWO)
            .symlink("b/layer.tar", "../a/layer.tar")
            .hardLink("c.tar", "a/layer.tar")
            .file("config.json", twice)
            .manifest(List.of("l:1"), "config.json", "a/layer.tar", "b/layer.tar", "c.tar"));
    assertThat(images.get("l:1").diffIds()).hasSize(3);
  }

  @Test
  void linksLeadNowhereElse() {
    String none = "open config.json: no such file or directory";
    refused(
        new ArchiveBuilder()
            .symlink("config.json", "/etc/hostname")
            .manifest(List.of("x:1"), "config.json"),
        none);
    refused(
        new ArchiveBuilder()
            .symlink("config.json", "../../../../../../etc/hostname")
            .manifest(List.of("x:1"), "config.json"),
        none);
    refused(
        new ArchiveBuilder()
            .symlink("config.json", "config.json")
            .manifest(List.of("x:1"), "config.json"),
        "open config.json: too many levels of symbolic links");
    refused(
        new ArchiveBuilder().manifest(List.of("x:1"), "../../../etc/hostname"),
        "open ../../../etc/hostname: no such file or directory");
    refused(
        new ArchiveBuilder().hardLink("config.json", "../../etc/hostname"),
        "invalid hardlink target \"../../etc/hostname\"");
    refused(new ArchiveBuilder().file("../../evil", "x"), "invalid entry name \"../../evil\"");
  }

  @Test
  void wrongContentIsRefused() {
    byte[] claimed = ArchiveBuilder.config("2024-01-01T00:00:00Z", ONE, ONE);
    refused(
        new ArchiveBuilder()
            .file("one.tar", ONE)
            .file("two.tar", TWO)
            .file("c.json", claimed)
            .manifest(List.of("x:1"), "c.json", "one.tar", "two.tar"),
        "invalid diffID for layer 1: expected \"%s\", got \"%s\""
            .formatted(Digest.of(ONE), Digest.of(TWO)));
    refused(
        new ArchiveBuilder()
            .file("one.tar", ONE)
            .file("c.json", CONFIG)
            .manifest(List.of("x:1"), "c.json", "one.tar"),
        "invalid manifest, layers length mismatch: expected 1, got 2");
    refused(
        new ArchiveBuilder().json("c.json", Map.of("os", "linux")).manifest(List.of(), "c.json"),
        "invalid image JSON, no RootFS key");
    refused(
        new ArchiveBuilder()
            .json("c.json", Map.of("os", "windows", "rootfs", Map.of()))
            .manifest(List.of(), "c.json"),
        "cannot load windows image on linux");
    refused(
        new ArchiveBuilder().file("manifest.json", "null"),
        "invalid manifest, manifest cannot be null (but can be [])");
    refused(good("t@" + ID), "invalid tag \"t@" + ID + "\"");
    refused(
        new ArchiveBuilder().file("manifest.json", "{" + " ".repeat(9 << 20)),
        "manifest.json is larger than 8388608 bytes");
    refused(
        new ArchiveBuilder().file("x", "y"),
        "the archive holds no images: it has neither manifest.json nor index.json nor repositories");
    assertThatThrownBy(() -> load("garbage".repeat(1000).getBytes(StandardCharsets.UTF_8), null))
        .hasMessage("archive/tar: invalid tar header");
    byte[] whole = good("t:1").build();
    for (int length : new int[] {700, 100_000, 600_000}) {
      assertThatThrownBy(() -> load(Arrays.copyOf(whole, length), null))
          .hasMessage("unexpected EOF");
    }
  }

  @Test
  void aBrokenLayerIsNamedAndDiscarded() {
    byte[] bad = Arrays.copyOf(TWO, 300_000);
    byte[] claimed = ArchiveBuilder.config("2024-01-01T00:00:00Z", ONE, bad);
    layers.broken = Digest.of(bad);
    refused(
        new ArchiveBuilder()
            .file("one.tar", ONE)
            .file("two.tar", bad)
            .file("c.json", claimed)
            .manifest(List.of("x:1"), "c.json", "one.tar", "two.tar"),
        "archive/tar: invalid tar header");
  }

  @Test
  void ociLayoutPicksThePlatform() throws Exception {
    byte[] arm =
        new String(CONFIG, StandardCharsets.UTF_8)
            .replace("amd64", "arm64")
            .getBytes(StandardCharsets.UTF_8);
    byte[] amdManifest = manifest(CONFIG);
    byte[] armManifest = manifest(arm);
    byte[] index =
        ArchiveBuilder.json(
            Map.of(
                "schemaVersion",
                2,
                "manifests",
                List.of(
                    entry(armManifest, "arm64", Map.of()), entry(amdManifest, "amd64", Map.of()))));
    byte[] top =
        ArchiveBuilder.json(
            Map.of(
                "schemaVersion",
                2,
                "manifests",
                List.of(
                    Map.of(
                        "mediaType",
                        "application/vnd.oci.image.index.v1+json",
                        "digest",
                        Digest.of(index).toString(),
                        "size",
                        index.length,
                        "annotations",
                        Map.of("io.containerd.image.name", "docker.io/library/oci:1")))));
    ArchiveBuilder layout =
        new ArchiveBuilder().file("oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}");
    for (byte[] blob :
        new byte[][] {gzip(ONE), gzip(TWO), CONFIG, arm, amdManifest, armManifest, index}) {
      layout.file("blobs/sha256/" + Digest.of(blob).hex(), blob);
    }
    byte[] archive = layout.file("index.json", top).build();
    load(archive, new Platform("amd64", "linux", null, null));
    assertThat(said).containsExactly("Loaded image: oci:1\n");
    assertThat(images.get("oci:1").id()).isEqualTo(ID);
    load(archive, new Platform("arm64", "linux", null, null));
    assertThat(images.get("oci:1").platform().architecture()).isEqualTo("arm64");
    assertThatThrownBy(() -> load(archive, new Platform("s390x", "linux", null, null)))
        .isInstanceOf(NotFound.class);
  }

  private static byte[] manifest(byte[] config) throws IOException {
    List<Object> layers = new ArrayList<>();
    for (byte[] layer : new byte[][] {gzip(ONE), gzip(TWO)}) {
      layers.add(
          Map.of(
              "mediaType",
              "application/vnd.oci.image.layer.v1.tar+gzip",
              "digest",
              Digest.of(layer).toString(),
              "size",
              layer.length));
    }
    return ArchiveBuilder.json(
        Map.of(
            "schemaVersion",
            2,
            "mediaType",
            "application/vnd.oci.image.manifest.v1+json",
            "config",
            Map.of(
                "mediaType",
                "application/vnd.oci.image.config.v1+json",
                "digest",
                Digest.of(config).toString(),
                "size",
                config.length),
            "layers",
            layers));
  }

  private static Map<String, Object> entry(byte[] manifest, String arch, Map<String, ?> more) {
    Map<String, Object> entry = new java.util.HashMap<>(more);
    entry.put("mediaType", "application/vnd.oci.image.manifest.v1+json");
    entry.put("digest", Digest.of(manifest).toString());
    entry.put("size", manifest.length);
    entry.put("platform", Map.of("architecture", arch, "os", "linux"));
    return entry;
  }

  @Test
  void ociBlobsMustHaveTheirDigests() throws Exception {
    byte[] manifest = manifest(CONFIG);
    byte[] top =
        ArchiveBuilder.json(
            Map.of("schemaVersion", 2, "manifests", List.of(entry(manifest, "amd64", Map.of()))));
    refused(
        new ArchiveBuilder()
            .file("blobs/sha256/" + Digest.of(manifest).hex(), manifest)
            .file("blobs/sha256/" + Digest.of(gzip(ONE)).hex(), gzip(TWO))
            .file("blobs/sha256/" + Digest.of(gzip(TWO)).hex(), gzip(ONE))
            .file("blobs/sha256/" + ID.hex(), CONFIG)
            .file("index.json", top),
        "unexpected digest %s of a blob, expected %s"
            .formatted(Digest.of(gzip(TWO)), Digest.of(gzip(ONE))));
  }

  /** The configurations are those that dockerd 28.5 made of the same archive. */
  @Test
  void archivesOfOldEngines() throws Exception {
    String first = "1".repeat(64);
    String second = "2".repeat(64);
    load(
        new ArchiveBuilder()
            .file(first + "/VERSION", "1.0")
            .json(
                first + "/json",
                Map.of(
                    "id", first,
                    "created", "2024-01-01T00:00:00Z",
                    "container_config", Map.of("Cmd", List.of("/bin/sh", "-c", "one")),
                    "os", "linux",
                    "architecture", "amd64"))
            .file(first + "/layer.tar", ONE)
            .json(
                second + "/json",
                Map.of(
                    "id",
                    second,
                    "parent",
                    first,
                    "created",
                    "2024-01-02T00:00:00.123Z",
                    "author",
                    "me",
                    "container_config",
                    Map.of("Cmd", List.of("two <x>")),
                    "docker_version",
                    "1.9.1",
                    "config",
                    Map.of("Env", List.of("A=b")),
                    "Size",
                    12,
                    "os",
                    "linux"))
            .file(second + "/layer.tar", TWO)
            .json("repositories", Map.of("old", Map.of("base", first, "top", second))));
    assertThat(said).isEmpty();
    Image base = images.get("old:base");
    Image top = images.get("old:top");
    assertThat(new String(base.raw(), StandardCharsets.UTF_8))
        .isEqualTo(
            ("{\"architecture\":\"amd64\",\"container_config\":{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\","
                    + "\"AttachStdin\":false,\"AttachStdout\":false,\"AttachStderr\":false,\"Tty\":false,"
                    + "\"OpenStdin\":false,\"StdinOnce\":false,\"Env\":null,\"Cmd\":[\"/bin/sh\",\"-c\",\"one\"],"
                    + "\"Image\":\"\",\"Volumes\":null,\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,"
                    + "\"Labels\":null},\"created\":\"2024-01-01T00:00:00Z\",\"history\":[{\"created\":"
                    + "\"2024-01-01T00:00:00Z\",\"created_by\":\"/bin/sh -c one\"}],\"os\":\"linux\",\"rootfs\":"
                    + "{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}")
                .formatted(Digest.of(ONE)));
    assertThat(top.parent()).isEqualTo(base.id());
    assertThat(new String(top.raw(), StandardCharsets.UTF_8))
        .startsWith(
            "{\"author\":\"me\",\"config\":{\"Env\":[\"A=b\"]},\"container_config\":{\"Cmd\":[\"two \\u003cx\\u003e\"]}")
        .contains("\"created_by\":\"two \\u003cx\\u003e\",\"author\":\"me\"}]")
        .doesNotContain("\"Size\"", "\"parent\"", second);
  }
}
