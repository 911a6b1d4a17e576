package io.layerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.error.Forbidden;
import io.layerd.error.NotModified;
import io.layerd.error.SystemFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
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

  private Path own(String id, String name) {
    return root.resolve("containers").resolve(id).resolve("checkpoints").resolve(name);
  }

  @Test
  void oneThatEndsIsDoneWhenTheContainerHasEnded() throws Exception {
    String id = f.run("{}");
    f.service.checkpoint(id, "one", "", true).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).status()).isEqualTo("exited");
    assertThat(f.state(id).exitCode()).isEqualTo(137);
    assertThat(f.actions()).containsExactly("create", "start", "pause", "die", "checkpoint");
    assertThat(f.runtime.checkpoints).containsExactly(own(id, "one"));
    assertThat(f.service.checkpoints(id, "")).containsExactly("one");

    f.service.start(id, "one", "");
    assertThat(f.runtime.restored).containsExactly(own(id, "one"));
    assertThat(f.state(id).status()).isEqualTo("running");
    assertThatThrownBy(() -> f.service.start(id, "one", "")).isInstanceOf(NotModified.class);
    f.process(id).end(0);
    Fixture.eventually(() -> !f.state(id).running());
    f.service.remove(id, false, false).get();
    assertThat(root.resolve("containers")).isEmptyDirectory();
  }

  @Test
  void aRestoredContainerIsNotToldToStart() throws Exception {
    String id = f.run("{}");
    f.service.checkpoint(id, "one", "", true).get(5, TimeUnit.SECONDS);
    f.runtime.failStart = new SystemFailure("it runs already");
    f.service.start(id, "one", "");
    assertThat(f.state(id).running()).isTrue();
  }

  @Test
  void oneThatIsLeftRunningIsPausedAndGoesOn() throws Exception {
    String id = f.run("{}");
    Path elsewhere = root.resolve("else/where");
    f.service.checkpoint(id, "one", elsewhere.toString(), false).get(5, TimeUnit.SECONDS);
    assertThat(f.state(id).running()).isTrue();
    assertThat(f.actions()).containsExactly("create", "start", "pause", "unpause", "checkpoint");
    assertThat(f.service.checkpoints(id, elsewhere.toString())).containsExactly("one");
    assertThat(f.service.checkpoints(id, "")).isEmpty();
    f.service.removeCheckpoint(id, "one", elsewhere.toString());
    assertThat(elsewhere).isEmptyDirectory();
    f.service.pause(id);
    f.events.clear();
    f.service.checkpoint(id, "two", "", false).get(5, TimeUnit.SECONDS);
    assertThat(f.actions()).containsExactly("checkpoint");
    assertThat(f.state(id).paused()).isTrue();
  }

  @Test
  void oneThatFailsLeavesNothing() {
    String id = f.run("{}");
    f.runtime.failCheckpoint = new SystemFailure("runc did not terminate successfully: no criu");
    assertThatThrownBy(() -> f.service.checkpoint(id, "one", "", true))
        .isInstanceOf(SystemFailure.class)
        .hasMessage(
            "Cannot checkpoint container %s: runc did not terminate successfully: no criu"
                .formatted(id));
    assertThat(own(id, "one")).doesNotExist();
    assertThat(f.state(id).running()).isTrue();
    assertThat(f.actions()).containsExactly("create", "start", "pause", "unpause");
  }

  @Test
  void namesAndPlacesAreChecked() throws Exception {
    String id = f.run("{}");
    String made = f.create("made", "{\"Image\":\"busybox\"}", "{}");
    assertThatThrownBy(() -> f.service.checkpoint("made", "one", "", true))
        .isInstanceOf(Conflict.class)
        .hasMessage("container " + made + " is not running");
    for (String bad : new String[] {"", "a", "..", "../x", "a/b"}) {
      assertThatThrownBy(() -> f.service.checkpoint(id, bad, "", true))
          .hasMessage(
              "Invalid checkpoint ID (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", bad);
      assertThatThrownBy(() -> f.service.removeCheckpoint("made", bad, ""))
          .hasMessage("checkpoint %s does not exist for container made", bad);
    }
    f.service.checkpoint(id, "one", "", false).get(5, TimeUnit.SECONDS);
    assertThatThrownBy(() -> f.service.checkpoint(id, "one", "", false))
        .hasMessageStartingWith("cannot checkpoint container " + id)
        .hasMessageContaining("checkpoint with name one already exists");
    Files.writeString(own(id, "file"), "");
    assertThat(f.service.checkpoints(id, "")).containsExactly("one");
    assertThatThrownBy(() -> f.service.removeCheckpoint(id, "file", ""))
        .hasMessage(own(id, "file") + " exists and is not a directory");
    assertThatThrownBy(() -> f.service.checkpoints("made", root.resolve("none").toString()))
        .hasMessage("checkpoint  does not exist for container made");
    assertThatThrownBy(() -> f.service.start("made", "one", "/tmp"))
        .isInstanceOf(Forbidden.class)
        .hasMessage("custom checkpointdir is not supported");
    assertThatThrownBy(() -> f.service.start("made", "none", ""))
        .hasMessage("checkpoint none does not exist for container /made");
    assertThat(f.state(made).exitCode()).isEqualTo(128);
    assertThat(f.state(made).error()).startsWith("checkpoint none does not exist");
  }
}
