package io.layerd.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlobStreamTest {
  private static final int SIZE = 3_000_000;

  private final TestRegistry server = new TestRegistry();
  private final RegistrySettings settings =
      RegistrySettings.DEFAULT.withTimes(Duration.ofMillis(20), Duration.ofSeconds(1));
  private final Registry registry = new Registry(new RegistryOptions(settings));
  private final byte[] content = TestRegistry.noise(SIZE, 1);
  private final Digest digest = server.addBlob(content);
  private final Abort abort = new Abort();

  @AfterEach
  void stop() {
    server.close();
  }

  private BlobStream open(long size) {
    Reference name = Reference.parse(server.host() + "/t/x");
    Repository repository = registry.repositories(name, RegistryCredentials.ANONYMOUS).getLast();
    Descriptor descriptor = new Descriptor("x", digest, size, null, null);
    return repository.layer(descriptor, BlobListener.NONE, abort);
  }

  private byte[] read() throws IOException {
    try (BlobStream stream = open(SIZE)) {
      return stream.readAllBytes();
    }
  }

  private long blobRequests() {
    return server.requests().stream().filter(r -> r.contains("/blobs/")).count();
  }

  @Test
  void readsWhole() throws IOException {
    assertThat(read()).isEqualTo(content);
  }

  @Test
  void resumesWhereItBroke() throws IOException {
    server.trick(
        (exchange, path) -> {
          if (path.contains("/blobs/") && exchange.getRequestHeaders().getFirst("Range") == null) {
            TestRegistry.sendPart(exchange, content, 0, 1_000_000);
            return true;
          }
          return false;
        });
    assertThat(read()).isEqualTo(content);
    assertThat(blobRequests()).isEqualTo(2);
    assertThat(server.requests().getLast()).contains(" bytes=");
  }

  @Test
  void skipsWhatAServerWithoutRangesSendsAgain() throws IOException {
    int[] calls = {0};
    server.trick(
        (exchange, path) -> {
          if (!path.contains("/blobs/")) {
            return false;
          }
          TestRegistry.sendPart(exchange, content, 0, ++calls[0] == 1 ? 1_500_000 : SIZE);
          return true;
        });
    assertThat(read()).isEqualTo(content);
  }

  @Test
  void givesUpWithoutProgress() {
    server.trick(
        (exchange, path) -> {
          if (path.contains("/blobs/")) {
            TestRegistry.sendPart(exchange, content, 0, 500_000);
            return true;
          }
          return false;
        });
    assertThatThrownBy(this::read).isInstanceOf(SystemFailure.class).hasMessage("unexpected EOF");
    assertThat(blobRequests()).isEqualTo(5);
  }

  @Test
  void goesOnWhileThereIsProgress() throws IOException {
    byte[] large = TestRegistry.noise(12_000_000, 2);
    Digest largeDigest = server.addBlob(large);
    server.trick(
        (exchange, path) -> {
          if (!path.contains("/blobs/")) {
            return false;
          }
          String range = exchange.getRequestHeaders().getFirst("Range");
          int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
          TestRegistry.sendPart(exchange, large, from, Math.min(large.length, from + 1_500_000));
          return true;
        });
    Reference name = Reference.parse(server.host() + "/t/x");
    Descriptor descriptor = new Descriptor("x", largeDigest, large.length, null, null);
    try (BlobStream stream =
        registry
            .repositories(name, RegistryCredentials.ANONYMOUS)
            .getLast()
            .layer(descriptor, BlobListener.NONE, abort)) {
      assertThat(stream.readAllBytes()).isEqualTo(large);
    }
  }

  @Test
  void noticesAStall() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    server.trick(
        (exchange, path) -> {
          if (path.contains("/blobs/") && exchange.getRequestHeaders().getFirst("Range") == null) {
            exchange.sendResponseHeaders(200, SIZE);
            OutputStream out = exchange.getResponseBody();
            out.write(content, 0, 200_000);
            out.flush();
            await(end);
            return true;
          }
          return false;
        });
    long start = System.nanoTime();
    assertThat(read()).isEqualTo(content);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    end.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void refusesWrongBytesBeforeTheEnd() {
    byte[] wrong = content.clone();
    wrong[SIZE - 1]++;
    server.corrupt(digest, wrong);
    assertThatThrownBy(this::read)
        .isInstanceOf(SystemFailure.class)
        .hasMessage("filesystem layer verification failed for digest " + digest);
    assertThat(blobRequests()).isEqualTo(1);
  }

  @Test
  void refusesWrongSizes() {
    assertThatThrownBy(() -> open(SIZE - 1).readAllBytes()).hasMessageContaining("larger than");
    assertThatThrownBy(() -> open(SIZE + 1).readAllBytes())
        .hasMessageContaining("verification failed");
    server.corrupt(digest, Arrays.copyOf(content, SIZE - 7));
    assertThatThrownBy(this::read).hasMessageContaining("verification failed");
  }

  @Test
  void saysWhatIsMissing() {
    server.corrupt(digest, new byte[0]);
    assertThatThrownBy(this::read).isInstanceOf(NotFound.class).hasMessage("unknown blob");
  }

  @Test
  void retriesServerErrorsAndReportsTheLast() {
    server.trick(
        (exchange, path) -> {
          if (path.contains("/blobs/")) {
            TestRegistry.answer(exchange, 503, "text/plain", "");
            return true;
          }
          return false;
        });
    assertThatThrownBy(this::read)
        .isInstanceOf(EngineException.class)
        .hasMessage("received unexpected HTTP status: 503 Service Unavailable");
    assertThat(blobRequests()).isEqualTo(5);
  }

  @Test
  void abortWakesAReader() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    server.trick(
        (exchange, path) -> {
          if (path.contains("/blobs/")) {
            exchange.sendResponseHeaders(200, SIZE);
            exchange.getResponseBody().write(content, 0, 100_000);
            exchange.getResponseBody().flush();
            begun.countDown();
            await(end);
            return true;
          }
          return false;
        });
    Thread.ofVirtual()
        .start(
            () -> {
              await(begun);
              abort.abort();
            });
    assertThatThrownBy(this::read).isInstanceOf(CancellationException.class);
    end.countDown();
  }

  @Test
  void redirectsDropCredentialsAcrossHosts() throws IOException {
    try (TestRegistry other = new TestRegistry()) {
      other.addBlob(content);
      server.trick(
          (exchange, path) -> {
            if (path.equals("/v2/")) {
              exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
              TestRegistry.error(exchange, 401, "UNAUTHORIZED", "authentication required");
              return true;
            }
            if (path.contains("/blobs/")) {
              exchange.getResponseHeaders().set("Location", "http://" + other.host() + path);
              exchange.sendResponseHeaders(307, -1);
              return true;
            }
            return false;
          });
      Reference name = Reference.parse(server.host() + "/t/x");
      RegistryCredentials user = new RegistryCredentials("u", "p", null, null);
      Repository repository = registry.repositories(name, user).getLast();
      repository.connect(abort);
      Descriptor descriptor = new Descriptor("x", digest, SIZE, null, null);
      try (BlobStream stream = repository.layer(descriptor, BlobListener.NONE, abort)) {
        assertThat(stream.readAllBytes()).isEqualTo(content);
      }
      assertThat(server.requests().getLast()).endsWith("Basic dTpw");
      assertThat(other.requests().getLast()).doesNotContain("Basic");
    }
  }
}
