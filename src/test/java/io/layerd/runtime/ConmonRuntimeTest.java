package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.Console;
import io.layerd.runtime.ContainerRuntime.ExitStatus;
import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.sys.Sys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real containers through conmon and runc; a subclass runs the same with crun. */
class ConmonRuntimeTest {
  private static final String INIT = "#!/bin/sh\necho init $*\nshift\nexec \"$@\"\n";

  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;

  /** conmon takes input and sizes in any order. */
  private static final String SIZED = "read a; until stty size | grep 20; do sleep 0.05; done";

  private Box box;
  private ContainerRuntime runtime;

  String runtimeName() {
    return "runc";
  }

  @BeforeEach
  void open() throws Exception {
    box = new Box(runtimeName());
    runtime = box.runtime();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    box.close();
  }

  @Test
  void exitCodesAndLogs() throws Exception {
    String zero = box.newId();
    ExitStatus ended = Box.await(box.run(zero, "sh", "-c", "echo hello; echo oops >&2"));
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.oomKilled()).isFalse();
    assertThat(box.logged(zero).lines()).containsExactlyInAnyOrder("hello", "oops");
    assertThat(Box.await(box.run(box.newId(), "sh", "-c", "exit 3")).exitCode()).isEqualTo(3);
  }

  /** crun's filter of the first container is given to the second, which must be as closed. */
  @Test
  void aFilterThatIsKnownClosesAsMuch() throws Exception {
    String words =
        "(grep Seccomp: /proc/self/status; unshare -U true; chroot / true && echo root) 2>&1";
    String first = words + "; touch /dev/shm/done; sleep 60";
    String then = "until [ -e /dev/shm/done ]; do sleep 0.05; done; " + words;
    List<String> told = new ArrayList<>();
    List<String> execs = new ArrayList<>();
    List<Boolean> given = new ArrayList<>();
    List<String> caps = List.of("", "", "'CapDrop':['SYS_CHROOT']", "");
    for (String cap : caps) {
      String id = box.newId();
      RunningProcess process =
          box.run(box.request(id, box.plain(id), Hosts.of("{" + cap + "}"), "sh", "-c", first));
      RunningProcess exec = runtime.exec(box.exec(id, false, true, false, "sh", "-c", then));
      execs.add(Box.drain(exec.attach()));
      runtime.kill(id, 9);
      Box.await(process);
      told.add(box.logged(id));
      given.add(
          Files.readString(Bundle.ofContainer(box.execRoot(), id).config())
              .contains("run.oci.seccomp_bpf_data"));
    }
    assertThat(told.getFirst())
        .contains("Seccomp:\t2", "unshare: unshare(0x10000000): Operation not permitted", "root\n");
    assertThat(told.get(1)).isEqualTo(told.getFirst());
    assertThat(told.get(2)).contains("Seccomp:\t2").doesNotContain("root\n");
    assertThat(told.get(3)).isEqualTo(told.getFirst());
    assertThat(execs.get(1)).contains("Seccomp:\t2").isEqualTo(execs.getFirst());
    boolean crun = runtimeName().equals("crun");
    assertThat(given).as("by container").containsExactly(false, crun, false, crun);
  }

  @Test
  void theExitIsNoticedAtOnce() throws Exception {
    String id = box.newId();
    RunningProcess process = box.run(id, "sleep", "60");
    long before = System.nanoTime();
    runtime.kill(id, 9);
    assertThat(Box.await(process).exitCode()).isEqualTo(137);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(700));
    assertThatThrownBy(() -> runtime.kill(id, 9)).isInstanceOf(Conflict.class);
  }

  @Test
  void commandsThatCannotRun() {
    assertThatThrownBy(() -> box.run(box.newId(), "nope"))
        .isInstanceOf(SystemFailure.class)
        .hasMessageStartingWith(
            "failed to create task for container: failed to create shim task: OCI runtime create"
                + " failed: ")
        .hasMessageEndingWith("exec: \"nope\": executable file not found in $PATH");
    assertThatThrownBy(() -> box.run(box.newId(), "/nope"))
        .hasMessageContaining("exec: \"/nope\": ")
        .hasMessageContaining("no such file or directory");
    assertThatThrownBy(() -> box.run(box.newId(), "/etc"))
        .hasMessageContaining("exec: \"/etc\": ")
        .hasMessageContaining("permission denied");
    assertThatThrownBy(() -> box.run(box.newId(), "/etc/plain"))
        .hasMessageContaining("exec: \"/etc/plain\": permission denied");
  }

  @Test
  void inputEndsWhenTheClientEndsIt() throws Exception {
    String id = box.newId();
    ProcessIo io = new ProcessIo(false, true, true, box.log(id));
    RunningProcess process = runtime.create(box.request(id, io, Hosts.of("{}"), "cat"));
    try (Console console = process.attach()) {
      runtime.start(id);
      Box.write(console, "abc\n");
      console.closeInput();
      assertThat(Box.drain(console)).isEqualTo("abc\n");
    }
    assertThat(Box.await(process).exitCode()).isZero();
    assertThat(Box.drain(process.attach())).isEmpty();
  }

  @Test
  void muchInputAndOutput() throws Exception {
    String id = box.newId();
    ProcessIo io = new ProcessIo(false, true, true, null);
    RunningProcess process = runtime.create(box.request(id, io, Hosts.of("{}"), "cat"));
    String text = "0123456789abcdef".repeat(256 << 10);
    try (Console console = process.attach()) {
      runtime.start(id);
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(
              () -> {
                Box.write(console, text);
                console.closeInput();
              });
      assertThat(Box.drain(console).equals(text)).isTrue();
      writing.get(20, TimeUnit.SECONDS);
    }
    assertThat(Box.await(process).exitCode()).isZero();
  }

  @Test
  void severalClientsSeeTheSame() throws Exception {
    String id = box.newId();
    ProcessIo io = new ProcessIo(false, true, false, null);
    String script = "read a; echo got $a; echo e >&2";
    RunningProcess process =
        runtime.create(box.request(id, io, Hosts.of("{}"), "sh", "-c", script));
    try (Console first = process.attach();
        Console second = process.attach()) {
      runtime.start(id);
      Box.write(second, "it\n");
      assertThat(Box.drain(first)).contains("got it\n").contains("e\n");
      assertThat(Box.drain(second)).contains("got it\n").contains("e\n");
    }
    Box.await(process);
  }

  @Test
  void anOnlookerWhoLeavesDoesNotEndTheInput() throws Exception {
    String id = box.newId();
    ProcessIo io = new ProcessIo(false, true, true, null);
    RunningProcess process = runtime.create(box.request(id, io, Hosts.of("{}"), "cat"));
    try (Console first = process.attach()) {
      runtime.start(id);
      Console onlooker = process.attach();
      CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> Box.drain(onlooker));
      Thread.sleep(100);
      onlooker.close();
      assertThat(seen.get(5, TimeUnit.SECONDS)).isEmpty();
      Box.write(first, "one\n");
      Box.write(first, "two\n");
      first.closeInput();
      assertThat(Box.drain(first)).isEqualTo("one\ntwo\n");
    }
    assertThat(Box.await(process).exitCode()).isZero();
  }

  @Test
  void aTerminalCanBeLeftAndTakenUpAgain() throws Exception {
    String id = box.newId();
    ProcessIo io = new ProcessIo(true, true, true, null);
    RunningProcess process =
        runtime.create(box.request(id, io, Hosts.of("{}"), "sh", "-c", "read a; echo got $a"));
    Console first = process.attach();
    runtime.start(id);
    Box.write(first, "it");
    first.close();
    try (Console second = process.attach()) {
      Box.write(second, " is\n");
      assertThat(Box.drain(second)).contains("got it is");
    }
    assertThat(Box.await(process).exitCode()).isZero();
  }

  @Test
  void closingWakesAReader() throws Exception {
    RunningProcess process = box.run(box.newId(), "sleep", "60");
    Console console = process.attach();
    CompletableFuture<String> reading = CompletableFuture.supplyAsync(() -> Box.drain(console));
    Thread.sleep(100);
    console.close();
    assertThat(reading.get(5, TimeUnit.SECONDS)).isEmpty();
    assertThat(process.exit()).isNotDone();
  }

  @Test
  void terminalAndItsSize() throws Exception {
    String id = box.newId();
    ProcessIo io = new ProcessIo(true, true, true, box.log(id));
    String script = "stty size; read a; until stty size | grep 41; do sleep 0.05; done; tty";
    RunningProcess process =
        runtime.create(
            box.request(id, io, Hosts.of("{'ConsoleSize':[30,100]}"), "sh", "-c", script));
    try (Console console = process.attach()) {
      process.resize(30, 100);
      runtime.start(id);
      StringBuilder seen = new StringBuilder();
      while (seen.indexOf("\n") < 0) {
        seen.append(
            new String(Objects.requireNonNull(console.read()).data(), StandardCharsets.UTF_8));
      }
      assertThat(seen.toString()).contains("30 100");
      // As while a window is drawn larger and conmon is busy: the last one counts.
      int monitor = Bundle.readPid(Bundle.ofContainer(box.execRoot(), id).monitorPidFile());
      Sys.host().kill(monitor, SIGSTOP);
      for (int rows = 31; rows <= 41; rows++) {
        process.resize(rows, 132);
      }
      Sys.host().kill(monitor, SIGCONT);
      Box.write(console, "go\n");
      assertThat(Box.drain(console)).contains("41 132").contains("/dev/pts/");
    }
    Box.await(process);
    process.resize(1, 1);
  }

  @Test
  void execWithOutputInputAndExitCode() throws Exception {
    String id = box.newId();
    box.run(id, "sleep", "60");
    RunningProcess exec =
        runtime.exec(box.exec(id, false, true, true, "sh", "-c", "echo first; cat; exit 7"));
    try (Console console = exec.attach()) {
      Box.write(console, "second\n");
      console.closeInput();
      assertThat(Box.drain(console)).isEqualTo("first\nsecond\n");
    }
    assertThat(Box.await(exec).exitCode()).isEqualTo(7);
    RunningProcess detached = runtime.exec(box.exec(id, false, false, false, "sh", "-c", "exit 4"));
    assertThat(Box.await(detached).exitCode()).isEqualTo(4);
    RunningProcess terminal = runtime.exec(box.exec(id, true, true, true, "sh", "-c", SIZED));
    try (Console console = terminal.attach()) {
      terminal.resize(20, 60);
      Box.write(console, "x\n");
      assertThat(Box.drain(console)).contains("20 60");
    }
    assertThat(Box.await(terminal).exitCode()).isZero();
    Path execs = box.execRoot.resolve("containers").resolve(id).resolve("exec");
    awaitTrue(
        () -> {
          try (Stream<Path> left = Files.list(execs)) {
            return left.findAny().isEmpty();
          }
        });
  }

  @Test
  void execThatCannotRun() {
    String id = box.newId();
    box.run(id, "sleep", "60");
    assertThatThrownBy(() -> runtime.exec(box.exec(id, false, true, false, "nope")))
        .hasMessage(
            "OCI runtime exec failed: exec failed: unable to start container process: exec:"
                + " \"nope\": executable file not found in $PATH");
    assertThatThrownBy(() -> runtime.exec(box.exec(id, false, false, false, "/etc/plain")))
        .hasMessageStartingWith("OCI runtime exec failed: exec failed: ")
        .hasMessageContaining("permission denied");
    String nobody = "0".repeat(64);
    assertThatThrownBy(() -> runtime.exec(box.exec(nobody, false, false, false, "x")))
        .isInstanceOf(Conflict.class)
        .hasMessage("container " + nobody + " is not running");
  }

  @Test
  void usersAndHome() throws Exception {
    String id = box.newId();
    box.run(
        box.request(
            id,
            "ann",
            Map.of(),
            box.plain(id),
            Hosts.of("{}"),
            "sh",
            "-c",
            "id; echo $HOME; sleep 60"));
    awaitTrue(() -> box.logged(id).contains("home"));
    assertThat(box.logged(id))
        .contains("uid=1000(ann) gid=1001(ann) groups=29(audio),1001(ann)")
        .contains("/home/ann");
    RunningProcess exec = runtime.exec(box.exec(id, false, true, false, "id", "-u"));
    try (Console console = exec.attach()) {
      assertThat(Box.drain(console)).isEqualTo("1000\n");
    }
  }

  @Test
  void usersWithoutAnEntryLiveInTheRoot() throws Exception {
    String id = box.newId();
    box.run(
        box.request(
            id,
            "4321",
            Map.of(),
            box.plain(id),
            Hosts.of("{}"),
            "sh",
            "-c",
            "echo at $HOME; sleep 60"));
    awaitTrue(() -> box.logged(id).contains("at /\n"));
    RunningProcess exec =
        runtime.exec(box.exec(id, false, true, false, "sh", "-c", "echo in $HOME"));
    try (Console console = exec.attach()) {
      assertThat(Box.drain(console)).isEqualTo("in /\n");
    }
    assertThat(Files.getAttribute(Path.of("/dev/null"), "unix:uid")).isEqualTo(0);
  }

  @Test
  void aRestartedDaemonFindsItsContainers() throws Exception {
    String runs = box.newId();
    String ended = box.newId();
    String created = box.newId();
    RunningProcess before = box.run(runs, "sh", "-c", "sleep 60");
    Box.await(box.run(ended, "sh", "-c", "exit 5"));
    runtime.create(box.request(created, box.plain(created), Hosts.of("{}"), "true"));
    runtime = box.restart();
    RunningProcess found = runtime.find(runs, false).orElseThrow();
    assertThat(found.pid()).isEqualTo(before.pid());
    assertThat(found.exit()).isNotDone();
    assertThat(Box.await(runtime.find(ended, false).orElseThrow()).exitCode()).isEqualTo(5);
    assertThat(runtime.find(created, false)).isEmpty();
    assertThat(runtime.find("f".repeat(64), false)).isEmpty();
    runtime.kill(runs, 9);
    assertThat(Box.await(found).exitCode()).isEqualTo(137);
  }

  @Test
  void aKilledMonitorIsNoticed() throws Exception {
    String id = box.newId();
    RunningProcess process = box.run(id, "sleep", "60");
    Path pid = box.execRoot.resolve("containers").resolve(id).resolve("conmon.pid");
    ProcessHandle.of(Long.parseLong(Files.readString(pid))).orElseThrow().destroyForcibly();
    runtime.kill(id, 9);
    assertThat(Box.await(process).exitCode()).isEqualTo(255);
  }

  @Test
  void memoryLimit() throws Exception {
    String id = box.newId();
    String script = "x=$(head -c 64m /dev/zero | tr '\\0' x); echo survived";
    ExitStatus status =
        Box.await(
            box.run(
                box.request(
                    id,
                    box.plain(id),
                    Hosts.of("{'Memory':16777216,'MemorySwap':16777216}"),
                    "sh",
                    "-c",
                    script)));
    assertThat(status.exitCode()).isEqualTo(137);
    assertThat(status.oomKilled()).isTrue();
  }

  @Test
  void pauseResumeAndPids() throws Exception {
    String id = box.newId();
    RunningProcess process = box.run(id, "sh", "-c", "sleep 60 & wait");
    awaitTrue(() -> runtime.pids(id).size() == 2);
    assertThat(runtime.pids(id)).contains(process.pid());
    runtime.pause(id);
    runtime.resume(id);
    runtime.pause(id);
    runtime.kill(id, 9);
    assertThat(Box.await(process).exitCode()).isEqualTo(137);
  }

  @Test
  void deleteEndsWhatRuns() throws Exception {
    String id = box.newId();
    RunningProcess process = box.run(id, "sh", "-c", "sleep 60 & sleep 61");
    runtime.delete(id);
    runtime.delete(id);
    assertThat(ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive)).isEmpty();
    awaitTrue(() -> box.leftovers().isEmpty());
  }

  @Test
  void aContainerOfADeadDaemonIsSweptAway() throws Exception {
    String id = box.newId();
    runtime.create(box.request(id, box.plain(id), Hosts.of("{}"), "true"));
    // As if the daemon had died before it wrote what it knows, and the runtime before its state.
    Files.delete(box.execRoot.resolve("containers").resolve(id).resolve("monitor.json"));
    Bundle.deleteTree(ConmonRuntime.runtimeRoot(box.execRoot, Path.of(runtimeName())).resolve(id));
    runtime.delete(id);
    awaitTrue(() -> box.leftovers().isEmpty());
  }

  @Test
  void manyAtOnce() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(box.newId());
    }
    List<CompletableFuture<ExitStatus>> exits = new ArrayList<>();
    for (String id : ids) {
      exits.add(
          CompletableFuture.supplyAsync(() -> box.run(id, "echo", "done"))
              .thenCompose(RunningProcess::exit));
    }
    for (int i = 0; i < exits.size(); i++) {
      assertThat(exits.get(i).get(60, TimeUnit.SECONDS).exitCode()).isZero();
      assertThat(box.logged(ids.get(i))).isEqualTo("done\n");
    }
  }

  @Test
  void rightsAndFileSystemsAreThoseOfDocker() throws Exception {
    String id = box.newId();
    String script =
        "grep -E 'CapEff|Seccomp:|NoNewPrivs' /proc/self/status; hostname;"
            + " touch /sys/x 2>&1; cat /proc/kcore | wc -c; ls /dev | tr '\\n' ' ';"
            + " mount -t tmpfs x /tmp 2>&1; df -k /dev/shm | tail -1; chroot / true && echo rooted";
    Box.await(box.run(id, "sh", "-c", script));
    assertThat(box.logged(id))
        .contains("CapEff:\t00000000a80425fb")
        .contains("Seccomp:\t2")
        .contains("NoNewPrivs:\t0")
        .contains("box\n")
        .contains("/sys/x: Read-only file system")
        .contains("0\n")
        .contains("null")
        .contains("ptmx")
        .contains("65536")
        .contains("mount: permission denied")
        .contains("rooted");
  }

  @Test
  void privilegedHasAllDevices() throws Exception {
    String id = box.newId();
    String script =
        "grep Seccomp: /proc/self/status; ls /dev; mount -t tmpfs x /tmp && echo mounted";
    Box.await(
        box.run(
            box.request(id, box.plain(id), Hosts.of("{'Privileged':true}"), "sh", "-c", script)));
    assertThat(box.logged(id)).contains("Seccomp:\t0").contains("loop-control").contains("mounted");
  }

  @Test
  void sharedMemoryOfAnother() throws Exception {
    String owner = box.newId();
    RunningProcess first =
        box.run(
            box.request(
                owner,
                box.plain(owner),
                Hosts.of("{'IpcMode':'shareable','ShmSize':1048576}"),
                "sh",
                "-c",
                "echo secret >/dev/shm/f; sleep 60"));
    Path file = box.execRoot.resolve("containers").resolve(owner).resolve("shm/f");
    awaitTrue(() -> Files.exists(file));
    String joined = box.newId();
    LaunchRequest request =
        box.request(
            joined,
            "",
            Map.of("ipc", first.pid()),
            box.plain(joined),
            Hosts.of("{'IpcMode':'container:" + owner + "'}"),
            "cat",
            "/dev/shm/f");
    assertThat(Box.await(box.run(request)).exitCode()).isZero();
    assertThat(box.logged(joined)).isEqualTo("secret\n");
  }

  @Test
  void initComesFromTheHost() throws Exception {
    Path init = Files.writeString(box.directory.resolve("init"), INIT);
    assertThat(init.toFile().setExecutable(true)).isTrue();
    String id = box.newId();
    LaunchRequest request =
        box.request(id, box.plain(id), Hosts.of("{'Init':true}"), "sh", "-c", "exit 6");
    runtime = box.restart(box.options().withInitPath(init));
    assertThat(Box.await(box.run(request)).exitCode()).isEqualTo(6);
    assertThat(box.logged(id)).isEqualTo("init -- sh -c exit 6\n");
    runtime = box.restart(box.options().withInitPath(box.directory.resolve("none")));
    assertThatThrownBy(() -> box.run(request))
        .isInstanceOf(SystemFailure.class)
        .hasMessageStartingWith("exec: \"docker-init\": executable file not found in $PATH");
  }

  @Test
  void unknownRuntime() {
    assertThatThrownBy(() -> runtime.check(Hosts.of("{'Runtime':'foo'}")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("unknown or invalid runtime name: foo");
  }

  @Test
  void missingProgramsAreNamed() {
    ContainerRuntime bare =
        ContainerRuntimes.open(
            box.execRoot, RuntimeOptions.defaults().withSearchPath(List.of(box.directory)));
    assertThat(bare.info().warnings()).hasSize(2);
    assertThat(bare.info().defaultRuntime()).isEmpty();
    String id = box.newId();
    assertThatThrownBy(() -> bare.create(box.request(id, box.plain(id), Hosts.of("{}"), "true")))
        .isInstanceOf(SystemFailure.class)
        .hasMessageContaining("install runc or crun");
  }

  private static void awaitTrue(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.call()) {
      assertThat(System.nanoTime()).isLessThan(end);
      Thread.sleep(20);
    }
  }
}
