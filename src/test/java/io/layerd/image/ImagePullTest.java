package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.events.Event;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.PlatformMatcher;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.TestRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a pull shows, stores and does not fetch again. */
@Timeout(60)
class ImagePullTest extends PullFixture {
  @Test
  void pulls() throws IOException {
    byte[] first = tar(300_000, 1);
    byte[] second = tar(200_000, 2);
    Digest digest = server.addImage("t/app", "latest", List.of(first, second));
    String one = shortId(TestRegistry.gzip(first));
    String two = shortId(TestRegistry.gzip(second));
    pull("t/app");
    assertThat(lines)
        .startsWith(
            "latest Pulling from t/app", one + " Pulling fs layer", two + " Pulling fs layer")
        .endsWith(
            "Digest: " + digest,
            "Status: Downloaded newer image for " + server.host() + "/t/app:latest")
        .containsSubsequence(
            one + " Verifying Checksum",
            one + " Download complete",
            one + " Extracting",
            one + " Pull complete",
            two + " Extracting",
            two + " Pull complete");
    ImageService.Image image = images.get(server.host() + "/t/app");
    ImageService.Summary summary = images.summary(image.id());
    assertThat(summary.repoTags()).containsExactly(server.host() + "/t/app:latest");
    assertThat(summary.repoDigests()).containsExactly(server.host() + "/t/app@" + digest);
    assertThat(summary.sizeBytes()).isEqualTo(500_000);
    assertThat(images.lastTagged(image.id())).isEmpty();

    pull("t/app");
    assertThat(lines)
        .containsExactly(
            "latest Pulling from t/app",
            "Digest: " + digest,
            "Status: Image is up to date for " + server.host() + "/t/app:latest");
    Path seen =
        root.resolve("image/overlay2/distribution/v2metadata-by-diffid/sha256")
            .resolve(Digest.of(first).hex());
    assertThat(Files.readString(seen))
        .isEqualTo(
            "[{\"Digest\":\""
                + Digest.of(TestRegistry.gzip(first))
                + "\",\"SourceRepository\":\""
                + server.host()
                + "/t/app\",\"HMAC\":\"\"}]");
    try (EventLog.Subscription past = events.subscribe(_ -> {})) {
      Event event = past.past().getFirst();
      assertThat(event.actorId()).isEqualTo(server.host() + "/t/app:latest");
      assertThat(event.attributes()).isEqualTo(Map.of("name", server.host() + "/t/app"));
    }
    images.remove(server.host() + "/t/app", false, true);
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void existingLayersAreNotFetched() {
    byte[] base = tar(100_000, 3);
    server.addImage("t/one", "latest", List.of(base));
    server.addImage("t/two", "latest", List.of(base, tar(1000, 4)));
    pull("t/one");
    pull("t/two");
    assertThat(lines.get(1)).isEqualTo(shortId(TestRegistry.gzip(base)) + " Already exists");
    assertThat(fetched(Digest.of(TestRegistry.gzip(base)))).isEqualTo(1);
    images.remove(server.host() + "/t/one", false, true);
    images.remove(server.host() + "/t/two", false, true);
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void byDigestAndWithoutLayers() {
    Digest digest = server.addImage("t/zero", "latest", List.of());
    pull("t/zero@" + digest);
    String name = server.host() + "/t/zero@" + digest;
    assertThat(lines)
        .containsExactly(
            name + " Pulling from t/zero",
            "Digest: " + digest,
            "Status: Downloaded newer image for " + name);
    assertThat(images.summary(images.get(name).id()).repoTags()).isEmpty();
  }

  @Test
  void allTags() {
    server.addImage("t/multi", "one", List.of(tar(10, 5)));
    server.addImage("t/multi", "two", List.of(tar(10, 6)));
    images.pull(
        new PullRequest(server.host() + "/t/multi", true, null, RegistryCredentials.ANONYMOUS),
        (id, status, _, _) -> lines.add(status),
        new Switch());
    assertThat(lines.getLast())
        .isEqualTo("Status: Downloaded newer image for " + server.host() + "/t/multi");
    assertThat(images.count()).isEqualTo(2);
  }

  @Test
  void sameLayerTwiceInOneImage() {
    byte[] same = tar(5000, 7);
    server.addImage("t/twice", "latest", List.of(same, tar(10, 8), same));
    pull("t/twice");
    assertThat(fetched(Digest.of(TestRegistry.gzip(same)))).isEqualTo(1);
    assertThat(images.history(server.host() + "/t/twice")).hasSize(3);
    assertThat(layers.stagedNow()).isZero();
    images.remove(server.host() + "/t/twice", false, true);
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void platforms() {
    Digest arm = server.addImage("t/arm", "arm", List.of(tar(10, 9)));
    String index =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\""
            + MediaTypes.DOCKER_MANIFEST
            + "\",\"size\":1,\"digest\":\""
            + arm
            + "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}}]}";
    Digest top = server.addManifest("t/arm", "latest", MediaTypes.OCI_INDEX, index);
    assertThatThrownBy(() -> pull("t/arm"))
        .hasMessage("no matching manifest for linux/amd64 in the manifest list entries");
    pull("t/arm", PlatformMatcher.parse("linux/s390x"), new Switch());
    assertThat(lines)
        .contains("Digest: " + top)
        .endsWith(
            "WARNING: image with reference "
                + server.host()
                + "/t/arm:latest was found but its platform (linux/amd64) does not match the"
                + " specified platform (linux/s390x)");
  }

  @Test
  void mirrorsComeFirstAndFailuresFallThrough() {
    server.addImage("library/app", "latest", List.of(tar(10, 40)));
    options.set(
        options
            .get()
            .withMirrors(
                List.of(
                    URI.create("http://127.0.0.1:1"),
                    URI.create("http://" + server.host() + "/"))));
    images.pull(
        new PullRequest("app", false, null, RegistryCredentials.ANONYMOUS),
        (id, status, _, _) -> lines.add(status),
        new Switch());
    assertThat(lines).startsWith("Pulling from library/app");
    assertThat(images.get("app").diffIds()).hasSize(1);
    options.set(options.get().withMirrors(List.of(URI.create("http://" + server.host()))));
    assertThatThrownBy(
            () ->
                images.pull(
                    new PullRequest("nosuch", false, null, RegistryCredentials.ANONYMOUS),
                    (_, _, _, _) -> {},
                    new Switch()))
        .hasMessageContaining("registry-1.docker.io");
  }
}
