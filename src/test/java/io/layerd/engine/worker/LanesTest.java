package io.layerd.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.NotFound;
import io.layerd.error.Unavailable;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LanesTest {
  private Vertx vertx;
  private Lanes lanes;

  @BeforeEach
  void deploy() throws Exception {
    vertx = Vertx.vertx();
    lanes =
        Lanes.deploy(vertx, new Lanes.Sizes(2, 3, 4))
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static Object await(CountDownLatch latch) throws InterruptedException {
    latch.await();
    return "";
  }

  @Test
  void answersAndFails() throws Exception {
    assertThat(
            lanes.storage().submit(new Task<>("a", () -> Thread.currentThread().getName())).get())
        .contains("layerd-storage");
    assertThatThrownBy(
            () ->
                lanes
                    .storage()
                    .submit(
                        new Task<>(
                            "b",
                            () -> {
                              throw new NotFound("nope");
                            }))
                    .get())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOf(NotFound.class);
    assertThat(lanes.storage().submit(new Task<>("c", () -> 1)).get()).isEqualTo(1);
  }

  @Test
  void aQuickTaskDoesNotWaitBehindASlowOne() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    CompletableFuture<Object> held = lanes.storage().submit(new Task<>("slow", () -> await(slow)));
    for (int i = 0; i < 50; i++) {
      assertThat(lanes.storage().submit(new Task<>("quick", () -> 1)).get(5, TimeUnit.SECONDS))
          .isEqualTo(1);
    }
    slow.countDown();
    held.get(5, TimeUnit.SECONDS);
  }

  @Test
  void theQueueIsBoundedButNotForOurOwnWork() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    List<CompletableFuture<Object>> held = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      held.add(lanes.storage().submit(new Task<>("slow", () -> await(slow))));
    }
    assertThat(lanes.queueDepths()).containsEntry("storage", 4).containsEntry("container", 0);
    assertThat(lanes.storage().submit(new Task<>("more", () -> 1)))
        .failsWithin(1, TimeUnit.SECONDS)
        .withThrowableThat()
        .withCauseInstanceOf(Unavailable.class);
    CountDownLatch ran = new CountDownLatch(1);
    lanes.storage().executor("own").execute(ran::countDown);
    held.get(5).cancel(false);
    slow.countDown();
    assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
    assertThat(lanes.storage().queueDepth()).isZero();
  }

  @Test
  void eachLaneIsSerialAndAllAreUsed() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<CompletableFuture<Object>> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      all.add(
          lanes
              .container()
              .submit(
                  new Task<>(
                      "count",
                      () -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.sleep(30);
                        return inside.decrementAndGet();
                      })));
    }
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(5, TimeUnit.SECONDS);
    assertThat(most).hasValue(3);
  }
}
