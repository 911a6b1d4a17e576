package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.EngineException;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.registry.TestRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pulls that fail, wait, share and are cancelled; they leave nothing behind. */
@Timeout(60)
class ImagePullFaultsTest extends PullFixture {
  private void nothingLeft() throws InterruptedException {
    for (int i = 0; i < 100 && layers.stagedNow() > 0; i++) {
      Thread.sleep(20);
    }
    assertThat(layers.stagedNow()).isZero();
    assertThat(layers.all()).isEmpty();
    assertThat(images.count()).isZero();
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
}
