package io.layerd.container;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.container.ContainerService.WaitResult;
import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.NotModified;
import io.layerd.error.SystemFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifeCycleTest {
  private static final String BUSYBOX = "{\"Image\":\"busybox\"}";

  @TempDir Path root;
  private Fixture f;

  @BeforeEach
  void open() {
    f = new Fixture(root);
  }

  @AfterEach
  void close() {
    f.close();
  }

  @Test
  void runsAndEnds() throws Exception {
    String id = f.create("one", BUSYBOX, "{}");
    CompletableFuture<WaitResult> wait = f.service.await(id, WaitCondition.NEXT_EXIT);
    f.service.start("one");
    assertThat(f.state(id).status()).isEqualTo("running");
    assertThat(f.state(id).pid()).isPositive();
    assertThat(
            requireNonNull(f.service.inspect(id, false).network().networks().get("bridge"))
                .ipAddress())
        .isEqualTo("172.30.0.2");
    f.process(id).end(3);
    assertThat(wait.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(3);
    assertThat(f.state(id).status()).isEqualTo("exited");
    assertThat(f.state(id).exitCode()).isEqualTo(3);
    assertThat(f.layers.mounted()).isZero();
    assertThat(f.networks.attached).isEmpty();
    assertThat(f.actions()).containsExactly("create", "start", "die");
    f.service.remove(id, false, false).get();
    assertThatThrownBy(() -> f.state(id)).isInstanceOf(NotFound.class);
    assertThat(root.resolve("containers")).isEmptyDirectory();
  }

  @Test
  void startsAgainAfterItsEnd() throws Exception {
    String id = f.run("{}");
    f.process(id).end(0);
    Fixture.eventually(() -> !f.state(id).running());
    f.service.start(id);
    assertThat(f.state(id).running()).isTrue();
    assertThatThrownBy(() -> f.service.start(id)).isInstanceOf(NotModified.class);
  }

  @Test
  void endDuringStart() throws Exception {
    f.runtime.onStart = process -> process.end(5);
    String id = f.create(BUSYBOX);
    CompletableFuture<WaitResult> wait = f.service.await(id, WaitCondition.NEXT_EXIT);
    f.service.start(id);
    assertThat(wait.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(5);
    Fixture.eventually(() -> f.state(id).status().equals("exited"));
    assertThat(f.actions()).containsExactly("create", "start", "die");
  }

  @Test
  void failedStartLeavesNothing() {
    f.runtime.failCreate =
        new SystemFailure(
            "failed to create task for container: exec: \"x\": stat x: no such file or directory");
    String id = f.create(null, BUSYBOX, "{\"Binds\":[\"data:/data\"]}");
    assertThatThrownBy(() -> f.service.start(id)).isInstanceOf(InvalidParameter.class);
    ContainerState state = f.state(id);
    assertThat(state.status()).isEqualTo("created");
    assertThat(state.exitCode()).isEqualTo(127);
    assertThat(state.error()).contains("no such file");
    assertThat(f.layers.mounted()).isZero();
    assertThat(f.networks.attached).isEmpty();
    assertThat(f.volumes.inUse.get("data")).isZero();
    f.runtime.failCreate = null;
    f.service.start(id);
    assertThat(f.state(id).error()).isEmpty();
  }

  @Test
  void failureOfTheLastStepIsUndoneToo() {
    f.runtime.failStart = new SystemFailure("permission denied");
    String id = f.create(BUSYBOX);
    assertThatThrownBy(() -> f.service.start(id)).isInstanceOf(InvalidParameter.class);
    assertThat(f.state(id).exitCode()).isEqualTo(126);
    assertThat(f.runtime.processes).isEmpty();
    assertThat(f.layers.mounted()).isZero();
  }

  @Test
  void failedNetworkNamesTheStep() {
    f.networks.full = true;
    String id = f.create(BUSYBOX);
    assertThatThrownBy(() -> f.service.start(id))
        .isInstanceOf(SystemFailure.class)
        .hasMessageStartingWith("failed to set up container networking: no available IPv4");
    assertThat(f.state(id).exitCode()).isEqualTo(128);
  }

  @Test
  void wiresAreThereBeforeTheProcessRuns() {
    Map<String, Boolean> wired = new HashMap<>();
    f.runtime.onStart = process -> wired.put(process.id, f.networks.begun.isEmpty());
    String id = f.create(BUSYBOX);
    f.service.start(id);
    assertThat(wired).containsExactly(Map.entry(id, true));

    f.networks.broken = true;
    String other = f.create(BUSYBOX);
    assertThatThrownBy(() -> f.service.start(other))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("failed to set up container networking: no such device");
    assertThat(wired).doesNotContainKey(other);
    assertThat(f.runtime.processes).containsOnlyKeys(id);
    assertThat(f.networks.attached).containsOnlyKeys(id);
    assertThat(f.layers.mounted()).isEqualTo(1);
  }

  /** The runtime writes settings of interfaces when it creates the container. */
  @Test
  void wiresAreThereBeforeTheirSettingsAre() {
    f.networks.broken = true;
    String id = f.create(null, BUSYBOX, "{\"Sysctls\":{\"net.ipv4.conf.eth0.forwarding\":\"1\"}}");
    assertThatThrownBy(() -> f.service.start(id)).hasMessageContaining("no such device");
    assertThat(f.runtime.launches).isEmpty();
  }

  @Test
  void failedStartOfAnAutoRemoveContainerRemovesIt() {
    f.runtime.failCreate = new SystemFailure("no such file or directory");
    String id = f.create(null, BUSYBOX, "{\"AutoRemove\":true}");
    CompletableFuture<WaitResult> wait = f.service.await(id, WaitCondition.REMOVED);
    assertThatThrownBy(() -> f.service.start(id)).isInstanceOf(EngineException.class);
    assertThat(wait.orTimeout(5, TimeUnit.SECONDS).join().statusCode()).isEqualTo(127);
  }

  @Test
  void autoRemoveTellsWaiters() throws Exception {
    String id = f.create(null, BUSYBOX, "{\"AutoRemove\":true,\"Binds\":[\"/anon\"]}");
    assertThat(f.volumes.volumes).hasSize(1);
    CompletableFuture<WaitResult> removed = f.service.await(id, WaitCondition.REMOVED);
    CompletableFuture<WaitResult> exit = f.service.await(id, WaitCondition.NEXT_EXIT);
    f.service.start(id);
    f.process(id).end(7);
    assertThat(exit.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(7);
    assertThat(removed.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(7);
    assertThat(f.volumes.volumes).isEmpty();
    assertThat(root.resolve("containers")).isEmptyDirectory();
    assertThat(f.actions()).containsExactly("create", "start", "die", "destroy");
  }

  @Test
  void stopIsGentleThenNot() throws Exception {
    f.runtime.deadly = List.of(9);
    String id = f.run("{}");
    f.service.stop(id, null, 1).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).exitCode()).isEqualTo(137);
    assertThat(f.runtime.kills)
        .containsExactly(id.substring(0, 12) + ":15", id.substring(0, 12) + ":9");
    assertThat(f.actions()).containsExactly("create", "start", "kill", "kill", "die", "stop");
    assertThatThrownBy(() -> f.service.stop(id, null, 1)).isInstanceOf(NotModified.class);
  }

  @Test
  void twoStopsBothEnd() throws Exception {
    f.runtime.deadly = List.of(9);
    String id = f.run("{}");
    CompletableFuture<Void> first = f.service.stop(id, null, 60);
    CompletableFuture<Void> second = f.service.stop(id, null, 0);
    CompletableFuture.allOf(first, second).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).status()).isEqualTo("exited");
  }

  @Test
  void killNamesAndErrors() throws Exception {
    f.runtime.deadly = List.of(9);
    String id = f.create("kk", BUSYBOX, "{}");
    assertThatThrownBy(() -> f.service.kill("kk", null))
        .isInstanceOf(Conflict.class)
        .hasMessage("cannot kill container: kk: container " + id + " is not running");
    f.service.start(id);
    assertThatThrownBy(() -> f.service.kill("kk", "FOO"))
        .hasMessage("cannot kill container: kk: invalid signal: FOO");
    assertThatThrownBy(() -> f.service.kill("kk", "999"))
        .hasMessage("cannot kill container: kk: the linux daemon does not support signal 999");
    f.service.kill("kk", "SIGHUP").get(1, TimeUnit.SECONDS);
    assertThat(f.state(id).running()).isTrue();
    f.service.kill("kk", null).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).running()).isFalse();
  }

  @Test
  void forcedRemovalWhileStarting() throws Exception {
    CountDownLatch inStart = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    f.runtime.onStart =
        _ -> {
          inStart.countDown();
          try {
            go.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    String id = f.create(BUSYBOX);
    CompletableFuture<Void> start = CompletableFuture.runAsync(() -> f.service.start(id));
    inStart.await();
    CompletableFuture<Void> remove =
        CompletableFuture.supplyAsync(() -> f.service.remove(id, true, false))
            .thenCompose(done -> done);
    assertThat(f.state(id).status()).isEqualTo("created");
    go.countDown();
    start.get(5, TimeUnit.SECONDS);
    remove.get(5, TimeUnit.SECONDS);
    assertThatThrownBy(() -> f.state(id)).isInstanceOf(NotFound.class);
    assertThat(f.layers.mounts).isEmpty();
    assertThat(f.networks.attached).isEmpty();
  }

  @Test
  void removalRefusesARunningOne() {
    String id = f.create("rr", BUSYBOX, "{}");
    f.service.start(id);
    assertThatThrownBy(() -> f.service.remove("rr", false, false))
        .hasMessage(
            "cannot remove container \"rr\": container is running: stop the container before removing or force remove");
    f.service.pause(id);
    assertThatThrownBy(() -> f.service.remove("rr", false, false))
        .hasMessage(
            "cannot remove container \"rr\": container is paused and must be unpaused first");
    f.service.remove("rr", true, false).join();
  }

  @Test
  void failedRemovalLeavesItDeadAndRemovable() throws Exception {
    String id = f.create(BUSYBOX);
    f.layers.failRemove = new SystemFailure("device or resource busy");
    assertThatThrownBy(() -> f.service.remove(id, false, false)).hasMessageContaining("busy");
    assertThat(f.state(id).status()).isEqualTo("dead");
    f.layers.failRemove = null;
    f.service.remove(id, false, false).get();
    assertThat(root.resolve("containers")).isEmptyDirectory();
  }

  @Test
  void restartPolicyCountsAndGivesUp() {
    String id = f.run("{\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":2}}");
    for (int i = 0; i < 3; i++) {
      Fixture.eventually(
          () -> f.runtime.processes.containsKey(id) && f.state(id).status().equals("running"));
      f.process(id).end(1);
      Fixture.eventually(() -> !f.state(id).status().equals("running"));
    }
    Fixture.eventually(() -> f.state(id).status().equals("exited"));
    assertThat(f.service.inspect(id, false).restartCount()).isEqualTo(2);
    assertThat(f.runtime.launches).hasSize(3);
  }

  @Test
  void stopEndsARestartThatWaits() throws Exception {
    String id = f.run("{\"RestartPolicy\":{\"Name\":\"always\"}}");
    f.process(id).end(1);
    Fixture.eventually(() -> f.state(id).status().equals("restarting"));
    f.service.stop(id, null, null).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).status()).isEqualTo("exited");
    Thread.sleep(300);
    assertThat(f.runtime.launches).hasSize(1);
  }

  @Test
  void stoppedByHandIsNotRestarted() throws Exception {
    String id = f.run("{\"RestartPolicy\":{\"Name\":\"always\"}}");
    f.service.stop(id, null, null).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).status()).isEqualTo("exited");
    Thread.sleep(300);
    assertThat(f.runtime.launches).hasSize(1);
  }

  @Test
  void restartKeepsAnAutoRemoveContainer() throws Exception {
    String id = f.run("{\"AutoRemove\":true}");
    f.service.restart(id, null, null).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).running()).isTrue();
    assertThat(f.runtime.launches).hasSize(2);
  }

  @Test
  void pauseStates() {
    String id = f.create(BUSYBOX);
    assertThatThrownBy(() -> f.service.pause(id)).hasMessage("container " + id + " is not running");
    f.service.start(id);
    f.service.pause(id);
    assertThat(f.state(id).status()).isEqualTo("paused");
    assertThatThrownBy(() -> f.service.pause(id))
        .hasMessage("Container " + id + " is already paused");
    assertThatThrownBy(() -> f.service.start(id))
        .hasMessage("cannot start a paused container, try unpause instead");
    f.service.unpause(id);
    assertThatThrownBy(() -> f.service.unpause(id))
        .hasMessage("Container " + id + " is not paused");
  }

  @Test
  void renames() {
    // No name here may also begin an ID, or the old name might still find one.
    String id = f.create("one", BUSYBOX, "{}");
    f.create("two", BUSYBOX, "{}");
    assertThatThrownBy(() -> f.service.rename("one", "two"))
        .isInstanceOf(Conflict.class)
        .hasMessageStartingWith(
            "Error when allocating new name: Conflict. The container name \"/two\" is already in use by container");
    f.service.rename("one", "moved");
    assertThat(f.service.inspect("/moved", false).id()).isEqualTo(id);
    assertThatThrownBy(() -> f.service.inspect("one", false)).isInstanceOf(NotFound.class);
    f.create("one", BUSYBOX, "{}");
  }

  @Test
  void referencesByPrefix() {
    String id = f.create(BUSYBOX);
    assertThat(f.service.inspect(id.substring(0, 20), false).id()).isEqualTo(id);
    f.create(BUSYBOX);
    assertThatThrownBy(() -> f.service.inspect("zz", false)).hasMessage("No such container: zz");
  }

  @Test
  void theNextDaemonFindsThem() throws Exception {
    String running = f.run("{}");
    String ended = f.run("{}");
    String lost = f.run("{}");
    String always = f.run("{\"RestartPolicy\":{\"Name\":\"always\"}}");
    String stopped = f.run("{\"RestartPolicy\":{\"Name\":\"unless-stopped\"}}");
    f.service.stop(stopped, null, null).get();
    FakeRuntimeHold hold = new FakeRuntimeHold(f, lost, always);
    hold.forget();
    Files.createDirectories(root.resolve("containers/bad"));
    Files.writeString(root.resolve("containers/bad/config.v2.json"), "{");
    Files.createDirectories(root.resolve("containers/gone-removing/checkpoints"));
    f.reopen();
    assertThat(f.layers.mounts).containsKey("bad");
    f.process(ended).end(4);
    assertThat(f.state(running).status()).isEqualTo("running");
    Fixture.eventually(() -> f.state(ended).status().equals("exited"));
    assertThat(f.state(ended).exitCode()).isEqualTo(4);
    assertThat(f.state(lost).exitCode()).isEqualTo(255);
    Fixture.eventually(() -> f.state(always).status().equals("running"));
    assertThat(f.state(stopped).status()).isEqualTo("exited");
    assertThat(root.resolve("containers/gone-removing")).doesNotExist();
    f.service.stop(running, null, null).get(5, TimeUnit.SECONDS);
    assertThat(f.state(running).exitCode()).isEqualTo(143);
  }

  /** Processes whose traces are gone, as after a reboot. */
  private record FakeRuntimeHold(Fixture f, String... ids) {
    void forget() {
      for (String id : ids) {
        f.runtime.processes.remove(id);
      }
    }
  }

  @Test
  void countsAndUses() {
    f.run("{}");
    String stopped = f.create(BUSYBOX);
    assertThat(f.service.counts()).isEqualTo(new ContainerService.Counts(1, 0, 1));
    assertThat(f.images.uses.of(FakeImages.ID, false)).hasSize(2);
    assertThat(f.images.uses.of(FakeImages.ID, true)).hasSize(1);
    f.service.remove(stopped, false, false).join();
    assertThat(f.images.uses.of(FakeImages.ID, false)).hasSize(1);
  }

  @Test
  void prunesWhatDoesNotRun() {
    String kept = f.run("{}");
    String gone = f.create(BUSYBOX);
    assertThatThrownBy(() -> f.service.prune(Map.of("foo", List.of("a"))))
        .hasMessage("invalid filter 'foo'");
    ContainerService.Pruned pruned = f.service.prune(Map.of());
    assertThat(pruned.removed()).containsExactly(gone);
    assertThat(pruned.reclaimedBytes()).isEqualTo(7);
    assertThat(f.state(kept).running()).isTrue();
  }

  @Test
  void manyAtOnce() throws Exception {
    f.runtime.onStart = process -> process.end(0);
    List<CompletableFuture<WaitResult>> waits = new java.util.ArrayList<>();
    for (int i = 0; i < 50; i++) {
      String id = f.create(null, BUSYBOX, "{\"AutoRemove\":true}");
      waits.add(f.service.await(id, WaitCondition.REMOVED));
      CompletableFuture<Void> unused = CompletableFuture.runAsync(() -> f.service.start(id));
      assertThat(unused).isNotNull();
    }
    CompletableFuture.allOf(waits.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
    assertThat(root.resolve("containers")).isEmptyDirectory();
    assertThat(f.layers.mounts).isEmpty();
    assertThat(f.networks.attached).isEmpty();
  }
}
