package io.layerd.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.engine.SystemCommands.EventQuery;
import io.layerd.error.Unavailable;
import io.layerd.events.Event;
import io.layerd.events.EventLog;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventStreamTest {
  private final EventLog log = new EventLog();

  private static final Event START =
      new Event(
          "container",
          "exec_start: sh",
          "abcdef",
          Map.of("image", "busybox:latest", "name", "web", "tier", "front"),
          Instant.now());

  @ParameterizedTest
  @CsvSource({
    "type, container, true",
    "type, image, false",
    "event, exec_start, true",
    "event, exec_start: sh, true",
    "event, exec, false",
    "container, web, true",
    "container, abc, true",
    "container, we, false",
    "image, busybox, true",
    "image, busybox:latest, true",
    "image, debian, false",
    "label, tier, true",
    "label, tier=front, true",
    "label, tier=back, false",
    "volume, web, false",
    "scope, local, true",
    "scope, swarm, false",
    "node, x, false",
  })
  void filters(String name, String value, boolean expected) {
    assertThat(new EventFilter(Map.of(name, List.of(value))).matches(START)).isEqualTo(expected);
  }

  @Test
  void anUnknownFilterDoesNotMatter() {
    log.publish("container", "create", "1", Map.of());
    Event event = log.subscribe(_ -> {}).past().getFirst();
    assertThat(new EventFilter(Map.of("foo", List.of("a"))).matches(event)).isTrue();
  }

  @Test
  void pastThenNewUntilTheEnd() throws Exception {
    Instant begin = Instant.now();
    log.publish("container", "create", "1", Map.of());
    List<String> seen = new ArrayList<>();
    CountDownLatch open = new CountDownLatch(1);
    SystemCommands.EventSink sink =
        new SystemCommands.EventSink() {
          @Override
          public void open() {
            open.countDown();
          }

          @Override
          public void write(Event event) {
            seen.add(event.action());
          }
        };
    EventQuery query = new EventQuery(begin, Instant.now().plusMillis(600), Map.of());
    CompletableFuture<Void> done = run(query, sink);
    assertThat(open.await(5, TimeUnit.SECONDS)).isTrue();
    while (log.subscribers() == 0) {
      Thread.sleep(1);
    }
    log.publish("container", "start", "1", Map.of());
    done.get(5, TimeUnit.SECONDS);
    assertThat(seen).containsExactly("create", "start");
    assertThat(log.subscribers()).isZero();
  }

  @Test
  void aClientThatDoesNotReadIsDropped() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    CompletableFuture<Void> done =
        run(
            new EventQuery(null, null, Map.of()),
            _ -> {
              try {
                stuck.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            });
    while (log.subscribers() == 0) {
      Thread.sleep(1);
    }
    for (int i = 0; i < 5000; i++) {
      log.publish("container", "create", "1", Map.of());
    }
    assertThatThrownBy(() -> done.get(5, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(Unavailable.class);
  }

  @Test
  void whoHearsNothingHasNoThread() throws Exception {
    List<Thread> writers = new CopyOnWriteArrayList<>();
    List<String> seen = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> done =
        run(
            new EventQuery(null, null, Map.of("type", List.of("container"))),
            event -> {
              writers.add(Thread.currentThread());
              seen.add(event.actorId());
            });
    for (String id : new String[] {"1", "2", "3"}) {
      while (log.subscribers() == 0) {
        Thread.sleep(1);
      }
      log.publish("container", "create", id, Map.of());
      log.publish("image", "pull", id, Map.of());
      while (!seen.contains(id)) {
        Thread.sleep(1);
      }
      for (Thread writer : writers) {
        writer.join(Duration.ofSeconds(5));
        assertThat(writer.isAlive()).isFalse();
      }
    }
    assertThat(seen).containsExactly("1", "2", "3");
    done.cancel(true);
    assertThat(log.subscribers()).isZero();
  }

  @Test
  void manyEventsAtOnceComeInOrder() throws Exception {
    List<Integer> seen = new ArrayList<>();
    CompletableFuture<Void> done =
        run(
            new EventQuery(null, Instant.now().plusSeconds(2), Map.of()),
            event -> seen.add(Integer.parseInt(event.actorId())));
    while (log.subscribers() == 0) {
      Thread.sleep(1);
    }
    for (int i = 0; i < 3000; i++) {
      log.publish("container", "create", Integer.toString(i), Map.of());
    }
    done.get(10, TimeUnit.SECONDS);
    assertThat(seen).isEqualTo(IntStream.range(0, 3000).boxed().toList());
    assertThat(log.subscribers()).isZero();
  }

  @Test
  void aFailureToWriteEndsIt() {
    CompletableFuture<Void> done =
        run(
            new EventQuery(Instant.now().minusSeconds(60), null, Map.of()),
            _ -> {
              throw new IOException("gone");
            });
    log.publish("container", "create", "1", Map.of());
    assertThatThrownBy(() -> done.get(5, TimeUnit.SECONDS)).hasRootCauseMessage("gone");
    assertThat(log.subscribers()).isZero();
  }

  private CompletableFuture<Void> run(EventQuery query, SystemCommands.EventSink sink) {
    return new EventStream(log).run(query, sink).subscribeAsCompletionStage();
  }
}
