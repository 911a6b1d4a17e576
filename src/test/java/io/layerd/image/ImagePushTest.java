package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Forbidden;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.events.EventLog;
import io.layerd.image.DistributionMetadata.Seen;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.PushListener;
import io.layerd.image.ImageService.PushRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImagePushTest extends StoreFixture {
  private static final RegistryCredentials USER =
      new RegistryCredentials("me", "secret", null, null);

  private final UploadRegistry registry = new UploadRegistry();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  @BeforeEach
  void quickRetries() {
    images =
        ImageServices.open(
            root,
            layers,
            new RegistryOptions(
                RegistrySettings.DEFAULT.withTimes(Duration.ofMillis(1), Duration.ofSeconds(20))),
            new EventLog());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private void push(String reference, RegistryCredentials credentials, Cancellation cancellation) {
    lines.clear();
    images.push(
        new PushRequest(reference, credentials),
        new PushListener() {
          @Override
          public void update(@Nullable String id, String status, long current, long total) {
            if (!status.equals("Pushing")) {
              lines.add((id == null ? "" : id + ": ") + status);
            }
          }

          @Override
          public void pushed(String tag, Digest digest, long sizeBytes) {
            lines.add(tag + " " + digest + " " + sizeBytes);
          }
        },
        cancellation);
  }

  private void push(String reference) {
    push(reference, RegistryCredentials.ANONYMOUS, Cancelling.NEVER);
  }

  private record Cancelling(boolean cancelled) implements Cancellation {
    static final Cancelling NEVER = new Cancelling(false);

    @Override
    public void onCancel(Runnable action) {
      if (cancelled) {
        action.run();
      }
    }
  }

  private String named(Image image, String name) {
    String reference = registry.host() + "/" + name;
    images.tag(image.id(), Reference.parse(reference));
    return reference;
  }

  private static String shortId(Image image, int layer) {
    return image.diffIds().get(layer).digest().hex().substring(0, 12);
  }

  @Test
  void sendsWhatIsMissingAndMountsWhatIsNot() throws Exception {
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one", "two", "one");
    String first = named(image, "team/a:1");
    push(first);
    byte[] manifest = Objects.requireNonNull(registry.manifests.get("team/a:1"));
    Digest digest = Digest.of(manifest);
    assertThat(lines.getFirst())
        .isEqualTo("The push refers to repository [" + registry.host() + "/team/a]");
    assertThat(lines)
        .contains(shortId(image, 0) + ": Pushed", shortId(image, 1) + ": Pushed")
        .endsWith(
            "1: digest: " + digest + " size: " + manifest.length,
            "1 " + digest + " " + manifest.length);
    String text = new String(manifest, StandardCharsets.UTF_8);
    assertThat(text)
        .startsWith(
            "{\n   \"schemaVersion\": 2,\n   \"mediaType\": \"application/vnd.docker.distribution.manifest.v2+json\",\n"
                + "   \"config\": {\n      \"mediaType\": \"application/vnd.docker.container.image.v1+json\",\n"
                + "      \"size\": "
                + image.raw().length
                + ",\n      \"digest\": \""
                + image.id()
                + "\"\n   },\n   \"layers\": [\n      {\n")
        .endsWith("\"\n      }\n   ]\n}");
    assertThat(registry.blobs.get("team/a@" + image.id())).isEqualTo(image.raw());
    List<String> contents =
        registry.blobs.values().stream()
            .filter(blob -> blob[0] == 0x1f)
            .map(ImagePushTest::inflate)
            .toList();
    assertThat(contents).containsExactlyInAnyOrder("one", "two");
    assertThat(images.summary(image.id()).repoDigests())
        .containsExactly(registry.host() + "/team/a@" + digest);

    push(first);
    assertThat(lines)
        .contains(
            shortId(image, 0) + ": Layer already exists",
            shortId(image, 1) + ": Layer already exists");
    String second = named(image, "team/b:1");
    push(second);
    assertThat(lines)
        .contains(
            shortId(image, 0) + ": Mounted from team/a",
            shortId(image, 1) + ": Mounted from team/a");
    assertThat(registry.manifests.get("team/b:1")).isEqualTo(manifest);

    registry.blobs.keySet().removeIf(key -> key.startsWith("team/"));
    String third = named(image, "team/c:1");
    push(third);
    assertThat(lines).contains(shortId(image, 0) + ": Pushed");
    assertThat(registry.manifests.get("team/c:1")).isEqualTo(manifest);
  }

  private static String inflate(byte[] gzip) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void allTagsOfARepository() {
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one");
    for (String tag : new String[] {"all:1", "all:2"}) {
      images.tag(image.id(), Reference.parse(registry.host() + "/" + tag));
    }
    push(registry.host() + "/all");
    assertThat(registry.manifests.keySet()).containsExactlyInAnyOrder("all:1", "all:2");
  }

  @Test
  void whatIsNotHereIsNotPushed() {
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one");
    images.tag(image.id(), Reference.parse(registry.host() + "/here:1"));
    String name = registry.host() + "/here";
    String other = registry.host() + "/other";
    String missing = name + ":2";
    String byDigest = name + "@" + D;
    assertThatThrownBy(() -> push(missing))
        .isInstanceOf(NotFound.class)
        .hasMessage("tag does not exist: " + missing);
    assertThatThrownBy(() -> push(other + ":1"))
        .hasMessage("An image does not exist locally with the tag: " + other);
    assertThatThrownBy(() -> push(byDigest)).hasMessage("cannot push a digest reference");
    assertThat(registry.requests).isEmpty();
  }

  @Test
  void tokensAreAskedForEveryRepositoryThatIsTouched() {
    registry.wantsToken = true;
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one");
    push(named(image, "t/a:1"), USER, Cancelling.NEVER);
    assertThat(registry.tokenQueries)
        .containsExactly("account=me&scope=repository:t/a:pull,push&service=s");
    push(named(image, "t/b:1"), USER, Cancelling.NEVER);
    assertThat(lines).contains(shortId(image, 0) + ": Mounted from t/a");
    assertThat(registry.tokenQueries.getLast())
        .isEqualTo("account=me&scope=repository:t/b:pull,push&scope=repository:t/a:pull&service=s");
  }

  @Test
  void refusalsAreTheRegistrys() {
    registry.denies = true;
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one", "two", "three");
    String name = named(image, "no:1");
    assertThatThrownBy(() -> push(name))
        .isInstanceOf(Forbidden.class)
        .hasMessage("denied: not yours");
    assertThat(registry.manifests).isEmpty();
    images.remove(name, true, true);
    assertThat(layers.all()).isEmpty();
  }

  @Test
  void brokenUploadsAreBegunAnew() {
    registry.breakUploads.set(2);
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one");
    push(named(image, "again:1"));
    assertThat(registry.manifests).containsKey("again:1");
    registry.breakUploads.set(100);
    Image other = make("2024-01-01T00:00:00Z", null, "x", "two");
    String name = named(other, "never:1");
    assertThatThrownBy(() -> push(name))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("received unexpected HTTP status: 503 Service Unavailable");
  }

  @Test
  void cancellingEndsIt() {
    Image image = make("2024-01-01T00:00:00Z", null, "x", "one", "two");
    String name = named(image, "gone:1");
    assertThatThrownBy(() -> push(name, RegistryCredentials.ANONYMOUS, new Cancelling(true)))
        .isInstanceOf(CancellationException.class);
    images.remove(name, true, true);
    assertThat(layers.all()).isEmpty();
  }

  /** Values that dockerd 28.5 wrote. */
  @Test
  void signaturesAreDockerds() {
    Reference target = Reference.parse("127.0.0.1:5000/t-push/b");
    String digest = "sha256:14e7a10c36d29a044a0bcd8bd6e22e124e59d9ba409ff9df86cfc51fe184f833";
    String source = "127.0.0.1:5000/t-push/a";
    String signed = "546220cc7318a024854534fed4a6ffe73c4c7295503c81235bb080bc06970c43";
    BlobOrigins origins = new BlobOrigins(target, RegistryCredentials.ANONYMOUS);
    assertThat(origins.hmac(digest, source)).isEqualTo(signed);
    List<Seen> seen =
        List.of(
            new Seen(digest, source, signed),
            new Seen(digest, "127.0.0.1:5000/t-push/c", ""),
            new Seen(digest, "127.0.0.1:5000/x", ""),
            new Seen(digest, "elsewhere.io/t-push/a", signed),
            new Seen("nonsense", "127.0.0.1:5000/y", ""),
            new Seen(digest, target.name(), ""));
    assertThat(origins.elsewhere(seen, 9))
        .extracting(origin -> origin.repository().path())
        .containsExactly("t-push/a", "t-push/c", "x");
    assertThat(origins.elsewhere(seen, 1)).hasSize(1);
    assertThat(origins.inTarget(seen)).containsExactly(Digest.parse(digest));
  }
}
