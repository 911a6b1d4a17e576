package io.layerd.container;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.container.FakeRuntime.FakeConsole;
import io.layerd.error.Conflict;
import io.layerd.error.NotFound;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachTest {
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

  private static final AttachRequest ALL = new AttachRequest(true, true, true, false, true, null);

  private static CompletableFuture<String> pump(AttachSession session) {
    return CompletableFuture.supplyAsync(
        () -> {
          StringBuffer text = new StringBuffer();
          try {
            session.pump(
                (stream, data) ->
                    text.append(stream).append(':').append(new String(data)).append(' '));
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return text.toString();
        });
  }

  @Test
  void attachedBeforeTheStartMissesNothing() throws Exception {
    String id = f.create("{\"Image\":\"busybox\",\"OpenStdin\":true,\"StdinOnce\":true}");
    AttachSession session = f.service.attach(id, ALL);
    CompletableFuture<String> output = pump(session);
    f.runtime.onStart =
        process -> {
          process.print(1, "hello");
          process.print(2, "oops");
          process.end(0);
        };
    f.service.start(id);
    assertThat(output.get(5, TimeUnit.SECONDS)).isEqualTo("1:hello 2:oops ");
    assertThat(f.actions()).contains("attach");
  }

  @Test
  void inputAndItsEnd() throws Exception {
    String id = f.create("{\"Image\":\"busybox\",\"OpenStdin\":true,\"StdinOnce\":true}");
    AttachSession session = f.service.attach(id, ALL);
    f.service.start(id);
    session.write("abc".getBytes(StandardCharsets.UTF_8), 0, 3);
    session.closeInput();
    FakeConsole console = f.process(id).consoles.getFirst();
    assertThat(console.input).hasToString("abc");
    assertThat(console.inputClosed).isTrue();
    session.close();
  }

  @Test
  void inputStaysOpenWithoutStdinOnce() throws Exception {
    String id = f.create("{\"Image\":\"busybox\",\"OpenStdin\":true}");
    f.service.start(id);
    AttachSession session = f.service.attach(id, ALL);
    session.closeInput();
    assertThat(f.process(id).consoles.getFirst().inputClosed).isFalse();
    session.close();
  }

  @Test
  void severalClients() throws Exception {
    String id = f.run("{}");
    CompletableFuture<String> one = pump(f.service.attach(id, ALL));
    CompletableFuture<String> two =
        pump(f.service.attach(id, new AttachRequest(false, true, false, false, true, null)));
    f.process(id).print(1, "x");
    f.process(id).print(2, "y");
    f.process(id).end(0);
    assertThat(one.get(5, TimeUnit.SECONDS)).isEqualTo("1:x 2:y ");
    assertThat(two.get(5, TimeUnit.SECONDS)).isEqualTo("1:x ");
  }

  @Test
  void detachKeysEndTheSessionNotTheContainer() throws Exception {
    String id = f.create("{\"Image\":\"busybox\",\"OpenStdin\":true,\"Tty\":true}");
    f.service.start(id);
    AttachSession session = f.service.attach(id, ALL);
    CompletableFuture<String> output = pump(session);
    session.write(new byte[] {'a', 16, 'b', 16, 17, 'c'}, 0, 6);
    output.get(5, TimeUnit.SECONDS);
    assertThat(f.process(id).consoles.getFirst().input).hasToString("a\u0010b");
    assertThat(f.state(id).running()).isTrue();
    assertThat(f.actions()).contains("detach");
    assertThatThrownBy(
            () -> f.service.attach(id, new AttachRequest(true, true, true, false, true, "foo")))
        .hasMessage("Invalid detach keys (foo) provided");
  }

  @Test
  void removalEndsThoseWhoWait() throws Exception {
    String id = f.create("{\"Image\":\"busybox\"}");
    CompletableFuture<String> output = pump(f.service.attach(id, ALL));
    f.service.remove(id, false, false).get();
    assertThat(output.get(5, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void execRuns() throws Exception {
    String id = f.run("{}");
    String exec =
        f.service.createExec(
            id,
            Fixture.parse(
                "{\"Cmd\":[\"sh\",\"-c\",\"exit 3\"],\"AttachStdout\":true}", ExecConfig.class));
    assertThat(f.service.inspectExec(exec).exitCode()).isNull();
    AttachSession session =
        requireNonNull(f.service.startExec(exec, new ExecStart(false, false, null)));
    assertThat(f.service.inspectExec(exec).running()).isTrue();
    assertThat(f.service.inspect(id, false).execIds()).containsExactly(exec);
    CompletableFuture<String> output = pump(session);
    f.process(exec).print(1, "hi");
    f.process(exec).end(3);
    assertThat(output.get(5, TimeUnit.SECONDS)).isEqualTo("1:hi ");
    assertThat(f.service.inspectExec(exec).exitCode()).isEqualTo(3);
    Fixture.eventually(() -> f.actions().contains("exec_die"));
    assertThat(f.actions())
        .containsSubsequence("exec_create: sh -c exit 3", "exec_start: sh -c exit 3", "exec_die");
    assertThatThrownBy(() -> f.service.startExec(exec, new ExecStart(false, false, null)))
        .isInstanceOf(Conflict.class)
        .hasMessage("exec command " + exec + " has already run");
  }

  @Test
  void execRefuses() {
    String id = f.create("ee", "{\"Image\":\"busybox\"}", "{}");
    ExecConfig cmd = Fixture.parse("{\"Cmd\":[\"true\"]}", ExecConfig.class);
    assertThatThrownBy(() -> f.service.createExec("ee", cmd))
        .hasMessage("container " + id + " is not running");
    f.service.start(id);
    assertThatThrownBy(() -> f.service.createExec("ee", Fixture.parse("{}", ExecConfig.class)))
        .hasMessage("No exec command specified");
    f.service.pause(id);
    assertThatThrownBy(() -> f.service.createExec("ee", cmd))
        .hasMessage("Container ee is paused, unpause the container before exec");
    assertThatThrownBy(() -> f.service.attach("ee", ALL))
        .hasMessage("container ee is paused, unpause the container before attach");
    assertThatThrownBy(() -> f.service.inspectExec("abc"))
        .isInstanceOf(NotFound.class)
        .hasMessage("No such exec instance: abc");
  }

  @Test
  void endedExecsAreForgottenInTime() {
    ExecTable table = new ExecTable();
    for (int i = 0; i < 1500; i++) {
      ExecInstance exec = new ExecInstance("e" + i, "c", Fixture.parse("{}", ExecConfig.class));
      table.add(exec);
      exec.done.complete(0);
    }
    assertThatThrownBy(() -> table.get("e0")).isInstanceOf(NotFound.class);
    assertThat(table.get("e1499")).isNotNull();
    assertThat(table.of("c")).isEqualTo(List.of());
  }
}
