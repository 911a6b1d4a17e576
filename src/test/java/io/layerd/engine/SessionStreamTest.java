package io.layerd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.container.AttachSession;
import io.layerd.container.FrameSink;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SessionStreamTest {
  /** Takes input only while it has permits; ends its output when closed. */
  private static final class Session implements AttachSession {
    final StringBuffer input = new StringBuffer();
    final Semaphore permits = new Semaphore(0);
    final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public boolean tty() {
      return false;
    }

    @Override
    public void pump(FrameSink sink) throws IOException, InterruptedException {
      sink.write(1, "out".getBytes());
      closed.await();
    }

    @Override
    public void write(byte[] data, int offset, int length) throws InterruptedException {
      permits.acquire();
      input.append(new String(data, offset, length));
    }

    @Override
    public void closeInput() {
      input.append('$');
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  void inputKeepsItsOrderAndWaitsForTheProcess() throws Exception {
    Session session = new Session();
    SessionStream stream = new SessionStream(session);
    CompletableFuture<Void> first = stream.write("a".getBytes()).subscribeAsCompletionStage();
    CompletableFuture<Void> second = stream.write("b".getBytes()).subscribeAsCompletionStage();
    stream.closeInput();
    Thread.sleep(50);
    assertThat(first).isNotDone();
    session.permits.release();
    first.get(5, TimeUnit.SECONDS);
    assertThat(second).isNotDone();
    session.permits.release();
    second.get(5, TimeUnit.SECONDS);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (!session.input.toString().equals("ab$") && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(session.input).hasToString("ab$");
  }

  @Test
  void aSinkThatFailsEndsTheSession() throws Exception {
    Session session = new Session();
    SessionStream stream = new SessionStream(session);
    assertThatThrownBy(
            () ->
                stream
                    .pump(
                        (_, _) -> {
                          throw new IOException("gone");
                        })
                    .await()
                    .atMost(Duration.ofSeconds(5)))
        .hasMessageContaining("gone");
    assertThat(session.closed.await(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void cancellingTheOutputEndsTheSession() throws Exception {
    Session session = new Session();
    CountDownLatch written = new CountDownLatch(1);
    var subscription =
        new SessionStream(session)
            .pump((_, _) -> written.countDown())
            .subscribe()
            .with(_ -> {}, _ -> {});
    assertThat(written.await(5, TimeUnit.SECONDS)).isTrue();
    subscription.cancel();
    assertThat(session.closed.await(5, TimeUnit.SECONDS)).isTrue();
  }
}
