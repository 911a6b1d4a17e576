package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.EngineException;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService.PullRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.registry.TestRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImagePullTest {
  private static final RegistrySettings SETTINGS =
      RegistrySettings.DEFAULT.withTimes(Duration.ofMillis(1), Duration.ofSeconds(5));
  private static final TestRegistry server = new TestRegistry();
  private static final RegistryOptions options = new RegistryOptions(SETTINGS);

  /** One for all tests: it learns once that the server speaks no TLS. */
  private static final Registry registry = new Registry(options);

  @TempDir Path root;
  private final FakeLayerStore layers = new FakeLayerStore();
  private final EventLog events = new EventLog();
  private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
  private ImageService images;

  @BeforeEach
  void open() {
    server.reset();
    options.set(SETTINGS);
    images = ImageServices.open(root, layers, options, registry, events, AtomicFiles.host()::write);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** Says when it is cancelled. */
  private static final class Switch implements ImageService.Cancellation {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    @Override
    public synchronized boolean cancelled() {
      return cancelled;
    }

    @Override
    public synchronized void onCancel(Runnable action) {
      actions.add(action);
    }

    synchronized void cancel() {
      cancelled = true;
      actions.forEach(Runnable::run);
    }
  }

  private static byte[] tar(int size, long seed) {
    byte[] tar = TestRegistry.noise(size, seed);
    tar[0] = 't';
    return tar;
  }

  private void pull(String reference) {
    pull(reference, null, new Switch());
  }

  private void pull(String reference, @Nullable Platform platform, Switch cancellation) {
    lines.clear();
    images.pull(
        new PullRequest(
            server.host() + "/" + reference, false, platform, RegistryCredentials.ANONYMOUS),
        (id, status, current, total) -> {
          if (!status.equals("Downloading")) {
            lines.add((id == null ? "" : id + " ") + status);
          }
        },
        cancellation);
  }

  private void nothingLeft() throws InterruptedException {
    for (int i = 0; i < 100 && layers.stagedNow() > 0; i++) {
      Thread.sleep(20);
    }
    assertThat(layers.stagedNow()).isZero();
    assertThat(layers.all()).isEmpty();
    assertThat(images.count()).isZero();
  }

  private long fetched(Digest blob) {
    return server.requests().stream().filter(r -> r.contains("/blobs/" + blob)).count();
  }

  private static String shortId(byte[] blob) {
    return Digest.of(blob).hex().substring(0, 12);
  }

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
  void failuresLeaveNothingBehind() throws InterruptedException {
    byte[] good = tar(2_000_000, 10);
    byte[] bad = tar(100_000, 11);
    byte[] packed = TestRegistry.gzip(bad);
    server.addImage("t/x", "latest", List.of(good, bad));

    byte[] wrong = packed.clone();
    wrong[wrong.length - 1]++;
    server.corrupt(Digest.of(packed), wrong);
    refused("filesystem layer verification failed for digest " + Digest.of(packed));

    byte[] scrambled = packed.clone();
    Arrays.fill(scrambled, 5000, 5100, (byte) 7);
    server.corrupt(Digest.of(packed), scrambled);
    refused("filesystem layer verification failed for digest " + Digest.of(packed));

    server.corrupt(Digest.of(packed), new byte[0]);
    refused("unknown blob");

    server.addImage("t/x", "latest", List.of(good, "BAD tar".getBytes(StandardCharsets.UTF_8)));
    refused("failed to register layer: archive/tar: invalid tar header");

    replaceConfig(TestRegistry.config("", List.of(good)), good);
    pull("t/x");
    images.remove(server.host() + "/t/x", false, true);
    replaceConfig(TestRegistry.config("", List.of(bad)), good);
    refused("layers from manifest don't match image configuration");
    replaceConfig(TestRegistry.config("", List.of(good, bad)), good);
    refused("layers from manifest don't match image configuration");
    replaceConfig("{\"os\":\"linux\"}".getBytes(StandardCharsets.UTF_8), good);
    refused("invalid rootfs in image configuration");
    replaceConfig(
        "{\"os\":\"windows\",\"rootfs\":{\"diff_ids\":[]}}".getBytes(StandardCharsets.UTF_8), good);
    refused(
        "image operating system \"windows\" cannot be used on this platform:"
            + " operating system is not supported");
    byte[] config = TestRegistry.config("", List.of(good));
    replaceConfig(config, good);
    server.corrupt(Digest.of(config), new byte[0]);
    refused("error pulling image configuration: unknown blob");
    server.corrupt(Digest.of(config), new byte[config.length]);
    refused(
        "error pulling image configuration: image config verification failed for digest "
            + Digest.of(config));
  }

  private void replaceConfig(byte[] config, byte[] layer) {
    server.addBlob(config);
    server.addManifest(
        "t/x",
        "latest",
        MediaTypes.DOCKER_MANIFEST,
        TestRegistry.manifest(
            TestRegistry.descriptor(MediaTypes.DOCKER_CONFIG, config),
            TestRegistry.descriptor(MediaTypes.DOCKER_LAYER_GZIP, TestRegistry.gzip(layer))));
  }

  private void refused(String message) throws InterruptedException {
    assertThatThrownBy(() -> pull("t/x")).isInstanceOf(EngineException.class).hasMessage(message);
    nothingLeft();
  }

  @Test
  void otherMediaTypesAreRefused() throws InterruptedException {
    byte[] config = TestRegistry.config("", List.of());
    server.addBlob(config);
    server.addManifest(
        "t/x",
        "latest",
        MediaTypes.DOCKER_MANIFEST,
        TestRegistry.manifest(TestRegistry.descriptor("application/helm", config), ""));
    refused("unsupported media type application/helm");
    server.addManifest(
        "t/x",
        "latest",
        MediaTypes.DOCKER_MANIFEST,
        TestRegistry.manifest(
            TestRegistry.descriptor(MediaTypes.DOCKER_CONFIG, config),
            TestRegistry.descriptor("application/x-foo", config)));
    refused("unsupported media type application/x-foo");
  }

  /** Blobs of layers are sent, but for their second half only when the latch opens. */
  private CountDownLatch holdBack(CountDownLatch begun) {
    CountDownLatch gate = new CountDownLatch(1);
    server.trick(
        (exchange, path) -> {
          int at = path.indexOf("/blobs/");
          byte[] blob = at < 0 ? null : server.blob(Digest.parse(path.substring(at + 7)));
          if (blob == null || blob.length < 10_000) {
            return false;
          }
          exchange.sendResponseHeaders(200, blob.length);
          exchange.getResponseBody().write(blob, 0, blob.length / 2);
          exchange.getResponseBody().flush();
          begun.countDown();
          await(gate);
          exchange.getResponseBody().write(blob, blob.length / 2, blob.length - blob.length / 2);
          exchange.getResponseBody().close();
          return true;
        });
    return gate;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private CompletableFuture<Void> start(Switch cancellation) {
    return CompletableFuture.runAsync(
        () -> pull("t/app", null, cancellation), task -> Thread.ofPlatform().start(task));
  }

  @Test
  void twoPullsShareATransferAndOneMayLeave() throws InterruptedException {
    byte[] layer = tar(400_000, 12);
    server.addImage("t/app", "latest", List.of(layer));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch gate = holdBack(begun);
    Switch leaver = new Switch();
    CompletableFuture<Void> first = start(leaver);
    await(begun);
    CompletableFuture<Void> second = start(new Switch());
    Thread.sleep(300);
    leaver.cancel();
    assertThatThrownBy(() -> first.orTimeout(1, TimeUnit.SECONDS).join())
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(CancellationException.class),
            e ->
                assertThat(e)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CancellationException.class));
    gate.countDown();
    second.join();
    assertThat(fetched(Digest.of(TestRegistry.gzip(layer)))).isEqualTo(1);
    assertThat(images.count()).isEqualTo(1);
    assertThat(layers.stagings).isEqualTo(1);
  }

  @Test
  void aCancelledPullLeavesNothingBehind() throws InterruptedException {
    server.addImage("t/app", "latest", List.of(tar(400_000, 13), tar(400_000, 14)));
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch gate = holdBack(begun);
    Switch leaver = new Switch();
    CompletableFuture<Void> pull = start(leaver);
    await(begun);
    leaver.cancel();
    assertThatThrownBy(() -> pull.orTimeout(1, TimeUnit.SECONDS).join())
        .hasRootCauseInstanceOf(CancellationException.class);
    gate.countDown();
    nothingLeft();
    server.trick((_, _) -> false);
    pull("t/app");
    assertThat(images.count()).isEqualTo(1);
  }

  @Test
  void onlySoManyAtATime() {
    List<byte[]> tars = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      tars.add(tar(50_000, 20 + i));
    }
    server.addImage("t/app", "latest", tars);
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    server.trick(
        (exchange, path) -> {
          int at = path.indexOf("/blobs/");
          byte[] blob = at < 0 ? null : server.blob(Digest.parse(path.substring(at + 7)));
          if (blob == null || blob.length < 10_000) {
            return false;
          }
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          try {
            Thread.sleep(100);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          now.decrementAndGet();
          TestRegistry.sendBlob(exchange, blob);
          return true;
        });
    pull("t/app");
    assertThat(most).hasValue(3);
    assertThat(lines.stream().filter(line -> line.endsWith(" Waiting"))).hasSize(3);
  }

  @Test
  void retriesAreShown() {
    byte[] layer = tar(2_000_000, 30);
    server.addImage("t/app", "latest", List.of(layer));
    byte[] blob = TestRegistry.gzip(layer);
    server.trick(
        (exchange, path) -> {
          if (path.endsWith(Digest.of(blob).toString())
              && exchange.getRequestHeaders().getFirst("Range") == null) {
            TestRegistry.sendPart(exchange, blob, 0, 900_000);
            return true;
          }
          return false;
        });
    pull("t/app");
    assertThat(lines).contains(shortId(blob) + " Retrying in 1 second");
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
