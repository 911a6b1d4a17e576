package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.oci.Reference;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ImageSaveTest extends StoreFixture {
  private static final ObjectMapper JSON = new ObjectMapper();

  private byte[] save(@Nullable Platform platform, String... names) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    images.save(List.of(names), platform, out);
    return out.toByteArray();
  }

  /** Names and contents in the archive's order. */
  static Map<String, byte[]> files(byte[] tar) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    int at = 0;
    while (tar[at] != 0) {
      String name = new String(tar, at, 100, StandardCharsets.UTF_8).split("\0")[0];
      int size = Integer.parseInt(new String(tar, at + 124, 11, StandardCharsets.UTF_8), 8);
      files.put(name, java.util.Arrays.copyOfRange(tar, at + 512, at + 512 + size));
      at += 512 + (size + 511) / 512 * 512;
    }
    return files;
  }

  @Test
  void dockerArchiveAndOciLayoutInOne() throws Exception {
    Image base = make("2024-01-01T00:00:00.5Z", null, "<&>", "one");
    Image derived = make("2024-01-02T00:00:00Z", base, "derived", "one", "two");
    for (String name : new String[] {"app:1", "app:2", "reg.io/x/app:3"}) {
      images.tag(derived.id(), Reference.parse(name));
    }
    byte[] tar = save(null, "app", base.id().hex().substring(0, 12), "reg.io/x/app:3", "app:1");
    assertThat(save(null, "app", base.id().hex().substring(0, 12), "reg.io/x/app:3", "app:1"))
        .isEqualTo(tar);
    Map<String, byte[]> files = files(tar);
    assertThat(List.copyOf(files.keySet())).isSorted().startsWith("blobs/", "blobs/sha256/");
    files.forEach(
        (name, content) -> {
          if (name.startsWith("blobs/sha256/") && !name.endsWith("/")) {
            assertThat(Digest.of(content).hex()).isEqualTo(name.substring(13));
          }
        });
    JsonNode manifest = JSON.readTree(files.get("manifest.json"));
    String one = Digest.of("one".getBytes(StandardCharsets.UTF_8)).hex();
    String two = Digest.of("two".getBytes(StandardCharsets.UTF_8)).hex();
    assertThat(manifest).hasSize(2);
    assertThat(manifest.get(0).get("RepoTags").toString())
        .isEqualTo("[\"app:1\",\"app:2\",\"reg.io/x/app:3\"]");
    assertThat(manifest.get(0).get("Layers").toString())
        .isEqualTo("[\"blobs/sha256/" + one + "\",\"blobs/sha256/" + two + "\"]");
    assertThat(manifest.get(0).get("Parent").asText()).isEqualTo(base.id().toString());
    assertThat(manifest.get(0).get("LayerSources").get("sha256:" + two).get("size").asInt())
        .isEqualTo(3);
    assertThat(manifest.get(1).get("RepoTags").isNull()).isTrue();
    assertThat(manifest.get(1).has("Parent")).isFalse();
    JsonNode index = JSON.readTree(files.get("index.json"));
    assertThat(index.get("manifests")).hasSize(4);
    assertThat(index.get("manifests").get(2).get("annotations").toString())
        .isEqualTo(
            "{\"io.containerd.image.name\":\"reg.io/x/app:3\",\"org.opencontainers.image.ref.name\":\"3\"}");
    assertThat(index.get("manifests").get(3).has("annotations")).isFalse();
    assertThat(new String(files.get("repositories"), StandardCharsets.UTF_8))
        .isEqualTo(
            ("{\"app\":{\"1\":\"%1$s\",\"2\":\"%1$s\"},\"reg.io/x/app\":{\"3\":\"%1$s\"}}\n")
                .formatted(two));
  }

  @Test
  void nothingIsWrittenBeforeAllNamesAreKnown() {
    make("known");
    OutputStream none =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("written");
          }
        };
    Platform arm = new Platform("arm64", "linux", null, null);
    assertThatThrownBy(() -> images.save(List.of("known", "no"), null, none))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such image: no");
    assertThatThrownBy(() -> images.save(List.of("known", "known:no"), null, none))
        .isInstanceOf(NotFound.class)
        .hasMessage("reference does not exist");
    assertThatThrownBy(() -> images.save(List.of("sha256:abc"), null, none))
        .hasMessage("No such image: sha256:abc");
    assertThatThrownBy(() -> images.save(List.of("BAD"), null, none))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("invalid reference format: repository name (library/BAD) must be lowercase");
    assertThatThrownBy(() -> images.save(List.of("known"), arm, none))
        .hasMessage("no suitable export target found for platform linux/arm64");
  }

  @Test
  void noImagesAreAnEmptyLayout() throws Exception {
    Map<String, byte[]> files = files(save(null));
    assertThat(files.keySet()).containsExactly("index.json", "manifest.json", "oci-layout");
    assertThat(new String(files.get("manifest.json"), StandardCharsets.UTF_8)).isEqualTo("null\n");
    assertThat(new String(files.get("index.json"), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":null}");
  }

  @Test
  void layersStayWhileTheyAreSavedAndGoAfterwards() throws Exception {
    Image image = make("gone");
    OutputStream removing =
        new OutputStream() {
          private boolean first = true;

          @Override
          public void write(int b) {
            throw new AssertionError("one at a time");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            if (first) {
              first = false;
              images.remove("gone", true, true);
              assertThat(layers.all()).hasSize(2);
            }
          }
        };
    images.save(List.of("gone"), null, removing);
    assertThat(layers.all()).isEmpty();
    assertThat(images.find(image.id().toString())).isEmpty();
  }

  @Test
  void aLayerThatChangedLengthEndsTheArchive() throws Exception {
    make("short");
    layers.claimedSize = 7L;
    assertThatThrownBy(() -> save(null, "short"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not as long as its record says");
  }

  /** Taken from an archive that dockerd 28.5 wrote. */
  @Test
  void legacyIdsAreDockerds() {
    String raw =
        """
        {"architecture":"amd64","comment":"Imported from -","config":{"Hostname":"","Domainname":"","User":"",\
        "AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,\
        "Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["sh"],"Image":"",\
        "Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},"container_config":{"Hostname":"",\
        "Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,\
        "OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"",\
        "Entrypoint":null,"OnBuild":null,"Labels":null},"created":"2026-11-25T02:04:07.686929864Z",\
        "docker_version":"28.5.2+dfsg4","history":[{"created":"2026-11-25T02:04:07.686929864Z","comment":\
        "Imported from -"}],"os":"linux","rootfs":{"type":"layers","diff_ids":[\
        "sha256:f7b281b61d642dbf3766bc0c343c91966d2c2fd286b13ae291beb248dd27aff7"]}}""";
    Image image = ImageParser.parse(raw.getBytes(StandardCharsets.UTF_8), null);
    byte[] legacy = LegacyConfig.of(image).getFirst();
    assertThat(new String(legacy, StandardCharsets.UTF_8))
        .startsWith(
            "{\"id\":\"8bd540debad09b73014da937a0f6f83962c8e09b23dc6474783b99eb22c7bf14\",");
    assertThat(Digest.of(legacy).hex())
        .isEqualTo("a77f576dadff0ab570ab0bb261b9e045f8b684d7deb7264a33dce182780f807e");
  }
}
