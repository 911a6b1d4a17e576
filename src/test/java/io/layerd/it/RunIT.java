package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code docker run} and the commands around it. */
@ExtendWith(SharedEngine.class)
class RunIT {
  private final Engine engine;
  private final DockerCli docker;
  private final String image;

  RunIT(Engine engine) {
    this.engine = engine;
    docker = engine.docker();
    image = engine.busybox();
  }

  @AfterEach
  void removeContainers() {
    docker
        .with("bash", "-c", "docker ps -aq --filter name=it- | xargs -r docker rm -f -v")
        .run()
        .ok();
  }

  @Test
  void pullThenRunPrints() {
    String ref = engine.registry().ref("busybox");
    docker
        .with("bash", "-c", "docker pull " + ref + " && docker run --rm " + ref + " echo hello")
        .run()
        .ok()
        .says("hello\n");
  }

  @Test
  void exitCodesComeThrough() {
    docker.run("run", "--rm", image, "true").exits(0);
    docker.run("run", "--rm", image, "sh", "-c", "exit 3").exits(3);
    docker.run("run", "--rm", image, "sh", "-c", "sh -c 'kill -9 $$'; exit $?").exits(137);
  }

  @Test
  void commandThatIsNotThereIs127() {
    Result result = docker.run("run", "--rm", image, "nosuchcommand").exits(127);
    assertThat(result.err())
        .contains("failed to create task for container")
        .contains("exec: \"nosuchcommand\": executable file not found in $PATH");
  }

  @Test
  void commandThatCannotRunIs126() {
    docker.run("run", "--rm", image, "/etc/notexec").exits(126).says("permission denied");
  }

  @Test
  void daemonErrorIs125() {
    docker.run("run", "--rm", "-v", "relative/path:/x", image, "true").exits(125);
    docker
        .run("run", "--rm", "--network", "nosuchnet", "--name", "it-nonet", image, "true")
        .exits(125)
        .says("network nosuchnet not found");
  }

  @Test
  void inputGoesInAndEnds() {
    docker.command("run", "-i", "--rm", image, "cat").input("abc\n").run().ok().says("abc\n");
    String large = "0123456789abcdef\n".repeat(60_000);
    Result counted = docker.command("run", "-i", "--rm", image, "wc", "-c").input(large).run().ok();
    assertThat(counted.line().strip()).isEqualTo(String.valueOf(large.length()));
  }

  @Test
  void outputAndErrorsAreApart() {
    Result result = docker.run("run", "--rm", image, "sh", "-c", "echo out; echo err >&2").ok();
    assertThat(result.out()).isEqualTo("out\n");
    assertThat(result.err()).isEqualTo("err\n");
  }

  @Test
  void muchOutputArrivesWhole() {
    Result result =
        docker
            .run(
                "run",
                "--rm",
                image,
                "sh",
                "-c",
                "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done")
            .ok();
    assertThat(result.out().lines().count()).isEqualTo(20_000);
    assertThat(result.out()).endsWith("line 19999\n");
  }

  @Test
  void detachedLogsWaitAndRemove() {
    String id =
        docker.ok(
            "run",
            "-d",
            "--name",
            "it-detached",
            image,
            "sh",
            "-c",
            "echo one; echo two >&2; exit 7");
    assertThat(id).matches("[0-9a-f]{64}");
    assertThat(docker.ok("wait", "it-detached")).isEqualTo("7");
    Result logs = docker.run("logs", "it-detached").ok();
    assertThat(logs.out()).isEqualTo("one\n");
    assertThat(logs.err()).isEqualTo("two\n");
    assertThat(docker.ok("logs", "--tail", "0", "it-detached")).isEmpty();
    assertThat(docker.ok("logs", "-t", "it-detached"))
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z one");
    assertThat(
            docker.ok(
                "inspect",
                "--format",
                "{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}",
                id))
        .isEqualTo("exited 7 false");
    assertThat(docker.ok("rm", "it-detached")).isEqualTo("it-detached");
    docker.run("inspect", "it-detached").exits(1).says("No such object: it-detached");
    docker.run("logs", "it-detached").exits(1).says("No such container: it-detached");
  }

  @Test
  void followedLogsEndWithTheContainer() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "it-follow",
        image,
        "sh",
        "-c",
        "for i in 1 2 3; do echo tick $i; sleep 0.3; done");
    assertThat(docker.ok("logs", "-f", "it-follow")).isEqualTo("tick 1\ntick 2\ntick 3");
  }

  @Test
  void stopSendsTermThenKill() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "it-term",
        image,
        "sh",
        "-c",
        "trap 'echo bye; exit 4' TERM; while :; do sleep 0.1; done");
    Wait.until("trap", () -> docker.ok("top", "it-term").contains("sleep"));
    docker.ok("stop", "it-term");
    assertThat(docker.ok("logs", "it-term")).isEqualTo("bye");
    assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}}", "it-term")).isEqualTo("4");
    docker.ok("run", "-d", "--name", "it-stubborn", image, "sleep", "1000");
    docker.ok("stop", "-t", "1", "it-stubborn");
    assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}}", "it-stubborn")).isEqualTo("137");
    docker.ok("start", "it-stubborn");
    assertThat(docker.ok("inspect", "-f", "{{.State.Running}}", "it-stubborn")).isEqualTo("true");
    docker.ok("kill", "-s", "KILL", "it-stubborn");
    assertThat(docker.ok("wait", "it-stubborn")).isEqualTo("137");
    docker.run("kill", "it-stubborn").exits(1).says("is not running");
  }

  @Test
  void runningContainerIsRemovedOnlyByForce() {
    docker.ok("run", "-d", "--name", "it-forced", image, "sleep", "1000");
    docker
        .run("rm", "it-forced")
        .exits(1)
        .says(
            "cannot remove container \"it-forced\": container is running: stop the container before removing or force remove");
    docker.ok("rm", "-f", "it-forced");
    assertThat(docker.ok("ps", "-aq", "--filter", "name=it-forced")).isEmpty();
  }

  @Test
  void nameInUseIsAConflict() {
    docker.ok("create", "--name", "it-taken", image);
    docker
        .run("create", "--name", "it-taken", image)
        .exits(1)
        .says("Conflict. The container name \"/it-taken\" is already in use by container");
    docker.ok("rename", "it-taken", "it-renamed");
    assertThat(docker.ok("inspect", "-f", "{{.Name}}", "it-renamed")).isEqualTo("/it-renamed");
  }

  @Test
  void psFiltersAndFormats() {
    docker.ok("run", "-d", "--name", "it-ps1", "--label", "tier=a", image, "sleep", "1000");
    docker
        .run("run", "--name", "it-ps2", "--label", "tier=b", image, "sh", "-c", "exit 5")
        .exits(5);
    assertThat(docker.ok("ps", "-a", "--filter", "label=tier", "--format", "{{.Names}}").lines())
        .containsExactlyInAnyOrder("it-ps1", "it-ps2");
    assertThat(docker.ok("ps", "-a", "--filter", "label=tier=b", "--format", "{{.Names}}"))
        .isEqualTo("it-ps2");
    assertThat(
            docker.ok(
                "ps",
                "-a",
                "--filter",
                "exited=5",
                "--filter",
                "name=it-",
                "--format",
                "{{.Names}}"))
        .isEqualTo("it-ps2");
    assertThat(docker.ok("ps", "--filter", "name=it-ps", "--format", "{{.Names}} {{.State}}"))
        .isEqualTo("it-ps1 running");
    assertThat(
            docker.ok(
                "ps",
                "-a",
                "--filter",
                "status=exited",
                "--filter",
                "name=it-ps",
                "--format",
                "{{.Status}}"))
        .startsWith("Exited (5)");
    assertThat(
            docker
                .ok("ps", "-a", "--filter", "ancestor=" + image, "--filter", "name=it-ps", "-q")
                .lines())
        .hasSize(2);
    docker.run("ps", "--filter", "nosuch=1").exits(1).says("invalid filter 'nosuch'");
  }

  @Test
  void execRunsBesideTheCommand() {
    docker.ok("run", "-d", "--name", "it-exec", "-e", "A=1", image, "sleep", "1000");
    assertThat(docker.ok("exec", "it-exec", "sh", "-c", "echo $A; hostname"))
        .isEqualTo("1\n" + docker.ok("inspect", "-f", "{{.Config.Hostname}}", "it-exec"));
    docker.run("exec", "it-exec", "sh", "-c", "exit 9").exits(9);
    docker
        .run("exec", "it-exec", "nosuchcommand")
        .exits(127)
        .says("executable file not found in $PATH");
    docker.command("exec", "-i", "it-exec", "cat").input("through\n").run().ok().says("through\n");
    assertThat(
            docker.ok(
                "exec",
                "-u",
                "nobody",
                "-w",
                "/tmp",
                "-e",
                "B=2",
                "it-exec",
                "sh",
                "-c",
                "id -un; pwd; echo $B"))
        .isEqualTo("nobody\n/tmp\n2");
    docker.ok("exec", "-d", "it-exec", "touch", "/made");
    Wait.until(
        "the detached exec",
        () -> docker.run("exec", "it-exec", "test", "-e", "/made").exit() == 0);
    docker.ok("kill", "it-exec");
    docker.run("exec", "it-exec", "true").exits(1).says("is not running");
  }

  @Test
  void attachSeesOutputAndGivesInput() throws IOException {
    docker.ok(
        "run",
        "-d",
        "-i",
        "--name",
        "it-attach",
        image,
        "sh",
        "-c",
        "while read x; do echo got $x; [ $x = stop ] && break; done; echo end");
    Command.Running attached = docker.command("attach", "it-attach").start();
    attached.type("one\n");
    attached.awaitOut("got one");
    Command.Running second = docker.command("attach", "it-attach").start();
    Wait.until(
        "both attached",
        () -> {
          try {
            attached.type("two\n");
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return second.out().text().contains("got two");
        });
    attached.awaitOut("got two");
    attached.type("stop\n");
    attached.await(Duration.ofSeconds(20)).ok().says("end\n");
    second.await(Duration.ofSeconds(20)).ok().says("end\n");
    assertThat(docker.ok("logs", "it-attach"))
        .startsWith("got one\ngot two")
        .endsWith("got stop\nend");
  }

  @Test
  void createdWithInputEndsAtItsEnd() {
    docker.ok("create", "-i", "--name", "it-once", image, "cat");
    docker.command("start", "-ai", "it-once").input("first\n").run().ok().says("first\n");
    docker.command("start", "-ai", "it-once").input("again\n").run().ok().says("again\n");
    assertThat(docker.ok("logs", "it-once")).isEqualTo("first\nagain");
  }

  @Test
  void publishedPortServes() throws Exception {
    int port = RegistryFixture.freePort();
    docker.ok(
        "run",
        "-d",
        "--name",
        "it-port",
        "-p",
        port + ":80",
        image,
        "httpd",
        "-f",
        "-p",
        "80",
        "-h",
        "/var/www");
    assertThat(docker.ok("port", "it-port", "80").lines().findFirst()).contains("0.0.0.0:" + port);
    assertThat(fetch(port)).isEqualTo("served\n");
    docker.ok("rm", "-f", "it-port");
    docker.ok(
        "run",
        "-d",
        "--name",
        "it-port2",
        "-p",
        port + ":80",
        image,
        "httpd",
        "-f",
        "-p",
        "80",
        "-h",
        "/var/www");
    assertThat(fetch(port)).isEqualTo("served\n");
    docker
        .run("run", "-d", "--name", "it-port3", "-p", port + ":80", image, "sleep", "1000")
        .exits(125)
        .says("port is already allocated");
  }

  private static String fetch(int port) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      String[] body = {""};
      Wait.until(
          "port " + port,
          () -> {
            try {
              HttpRequest request =
                  HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/index.html"))
                      .build();
              body[0] = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
              return true;
            } catch (IOException e) {
              return false;
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      return body[0];
    }
  }

  @Test
  void containersReachEachOtherOnTheBridge() {
    docker.ok(
        "run", "-d", "--name", "it-server", image, "httpd", "-f", "-p", "80", "-h", "/var/www");
    String ip = docker.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "it-server");
    assertThat(ip).matches("[0-9.]+");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                image,
                "sh",
                "-c",
                "for i in 1 2 3 4 5; do wget -qO- http://"
                    + ip
                    + "/index.html && break; sleep 0.2; done"))
        .isEqualTo("served");
  }

  @Test
  void networksNoneAndHost() {
    assertThat(
            docker.ok("run", "--rm", "--network", "none", image, "sh", "-c", "ls /sys/class/net"))
        .isEqualTo("lo");
    assertThat(
            docker.ok("run", "--rm", "--network", "host", image, "readlink", "/proc/self/ns/net"))
        .isEqualTo(Command.sh("readlink /proc/self/ns/net").strip());
    assertThat(docker.ok("run", "--rm", image, "sh", "-c", "ls /sys/class/net | xargs"))
        .isEqualTo("eth0 lo");
  }

  @Test
  void limitsAreSetAndMemoryKills() {
    assertThat(
            docker.ok(
                "run",
                "-d",
                "--name",
                "it-mem",
                "-m",
                "64m",
                "--memory-swap",
                "64m",
                "--pids-limit",
                "20",
                "--cpus",
                "0.5",
                image,
                "sleep",
                "1000"))
        .isNotEmpty();
    assertThat(
            docker.ok(
                "exec",
                "it-mem",
                "sh",
                "-c",
                "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true"))
        .isEqualTo("67108864\n20");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}",
                "it-mem"))
        .isEqualTo("67108864 500000000 20");
    docker
        .run(
            "run",
            "--name",
            "it-oom",
            "-m",
            "16m",
            "--memory-swap",
            "16m",
            image,
            "sh",
            "-c",
            "tail -c 100m /dev/zero")
        .exits(137);
    assertThat(docker.ok("inspect", "-f", "{{.State.OOMKilled}}", "it-oom")).isEqualTo("true");
    docker
        .run("run", "--rm", "-m", "1m", image, "true")
        .exits(125)
        .says("Minimum memory limit allowed is 6MB");
  }

  @Test
  void insideLooksAsWithDockerd() {
    String script =
        "hostname | wc -c; cat /etc/hosts | grep -c localhost; grep -c nameserver /etc/resolv.conf >/dev/null && echo ns;"
            + " ls -A /dev | grep -v ^core | xargs; grep CapEff /proc/self/status; grep Seccomp: /proc/self/status;"
            + " cat /proc/kcore | wc -c; ls /proc/acpi 2>/dev/null | wc -l; id -u; df -m /dev/shm | tail -1 | awk '{print $2}';"
            + " touch /sys/x 2>&1; test -e /.dockerenv && echo env; echo $HOSTNAME | wc -c; echo $HOME; readlink /etc/mtab;"
            + " mount | grep -c ' on /proc/sys '";
    assertThat(docker.ok("run", "--rm", image, "sh", "-c", script).lines())
        .containsExactly(
            "13",
            "2",
            "ns",
            "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero",
            "CapEff:\t00000000a80425fb",
            "Seccomp:\t2",
            "0",
            "0",
            "0",
            "64",
            "touch: /sys/x: Read-only file system",
            "env",
            "13",
            "/root",
            "/proc/mounts",
            "1");
  }

  @Test
  void settingsReachTheProcess() throws IOException {
    Path host = engine.directory();
    Files.writeString(host.resolve("seen"), "from the host\n");
    assertThat(
            docker
                .ok(
                    "run",
                    "--rm",
                    "-h",
                    "box",
                    "--add-host",
                    "other:10.1.2.3",
                    "--dns",
                    "9.9.9.9",
                    "-w",
                    "/tmp",
                    "-u",
                    "33:33",
                    "-e",
                    "X=y z",
                    "-v",
                    host + ":/host:ro",
                    "--tmpfs",
                    "/scratch:size=1m",
                    "--cap-drop",
                    "ALL",
                    "--read-only",
                    "--ulimit",
                    "nofile=100:200",
                    image,
                    "sh",
                    "-c",
                    "hostname; grep other /etc/hosts; grep ^nameserver /etc/resolv.conf; pwd; id -u; echo $X; cat /host/seen;"
                        + " touch /host/no 2>&1; df -k /scratch | tail -1 | awk '{print $2}'; grep CapBnd /proc/self/status;"
                        + " touch /no 2>&1; ulimit -n")
                .lines())
        .containsExactly(
            "box",
            "10.1.2.3\tother",
            "nameserver 9.9.9.9",
            "/tmp",
            "33",
            "y z",
            "from the host",
            "touch: /host/no: Read-only file system",
            "1024",
            "CapBnd:\t0000000000000000",
            "touch: /no: Read-only file system",
            "100");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "--privileged",
                image,
                "sh",
                "-c",
                "touch /sys/fs/cgroup/x 2>/dev/null; test -e /dev/loop-control && echo all"))
        .isEqualTo("all");
    Command.of("rm", "-r", host.toString()).run().ok();
  }

  @Test
  void imageConfigurationIsHonoured() {
    assertThat(docker.ok("run", "--rm", "it-configured")).isEqualTo("entry default");
    assertThat(docker.ok("run", "--rm", "it-configured", "other")).isEqualTo("entry other");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                "--entrypoint",
                "sh",
                "it-configured",
                "-c",
                "pwd; id -un; echo $COLOUR; cat /srv/seed"))
        .isEqualTo("/srv/work\nwww-data\ngreen\nseed");
    docker.ok("create", "--name", "it-conf", "-l", "mine=1", "it-configured");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{json .Config.Labels}} {{.Config.StopSignal}} {{json .Config.ExposedPorts}}",
                "it-conf"))
        .isEqualTo("{\"io.layerd.test\":\"configured\",\"mine\":\"1\"} SIGUSR1 {\"80/tcp\":{}}");
  }

  @Test
  void namedVolumesKeepData() {
    docker
        .run("run", "--rm", "-v", "it-volume:/data", image, "sh", "-c", "echo kept >/data/file")
        .ok();
    assertThat(docker.ok("run", "--rm", "-v", "it-volume:/data:ro", image, "cat", "/data/file"))
        .isEqualTo("kept");
    assertThat(docker.ok("volume", "ls", "-q", "--filter", "name=it-volume"))
        .isEqualTo("it-volume");
    docker.ok("volume", "rm", "it-volume");
  }

  @Test
  void autoRemoveLeavesNothing() {
    String id = docker.ok("run", "-d", "--rm", "--name", "it-auto", image, "sleep", "0.2");
    Wait.until("removal", () -> docker.run("inspect", id).exit() != 0);
  }

  @Test
  void writesStayInTheContainer() {
    docker.ok(
        "run",
        "--name",
        "it-write",
        image,
        "sh",
        "-c",
        "echo changed >/etc/passwd; rm -f /bin/ls; mkdir -p /new");
    docker.ok("start", "-a", "it-write");
    assertThat(
            docker.ok(
                "run",
                "--rm",
                image,
                "sh",
                "-c",
                "head -c 4 /etc/passwd; test -e /bin/ls; test ! -e /new"))
        .isEqualTo("root");
  }

  /** dockerd keeps the id too: who takes the name over later does not get the joining container. */
  @Test
  void joinedNamespacesArePinnedByTheId() {
    String id = docker.ok("create", "--name", "it-joined", image, "true");
    docker.ok(
        "create",
        "--name",
        "it-joining",
        "--network",
        "container:it-joined",
        "--pid",
        "container:it-joined",
        image,
        "true");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}}",
                "it-joining"))
        .isEqualTo("container:%1$s container:%1$s".formatted(id));
    docker
        .run("create", "--pid", "container:it-nobody", image, "true")
        .exits(1)
        .says("No such container: it-nobody");
    docker.ok("rm", "it-joining", "it-joined");
  }

  @Test
  void aSharedNetworkComesWithItsNames() {
    docker.ok("run", "-d", "--name", "it-owner", "-h", "owner", image, "sleep", "1000");
    String shared = "container:it-owner";
    docker.ok("run", "-d", "--name", "it-guest", "--network", shared, image, "sleep", "1000");
    assertThat(docker.ok("exec", "it-guest", "hostname")).isEqualTo("owner");
    assertThat(docker.ok("exec", "it-guest", "hostname", "-i"))
        .isEqualTo(docker.ok("exec", "it-owner", "hostname", "-i"));
    docker.ok("rm", "-f", "it-guest");
    docker.ok("stop", "-t", "0", "it-owner");
    String ended = "a non running container: container it-owner is exited";
    docker.run("run", "--rm", "--network", shared, image, "true").exits(125).says(ended);
    docker
        .run("run", "--rm", "--network", "container:it-nobody", image, "true")
        .exits(125)
        .says("joining network namespace of container: No such container: it-nobody");
  }

  @Test
  void anExecByNobodyIsAnErrorAndNoOutput() {
    docker.ok("run", "-d", "--name", "it-exec", image, "sleep", "1000");
    Result exec = docker.run("exec", "-u", "nosuch", "it-exec", "true").exits(1);
    assertThat(exec.out()).isEmpty();
    assertThat(exec.err())
        .startsWith("Error response from daemon: unable to find user nosuch: no matching entries");
  }

  @Test
  void anInitReapsAndPassesSignalsOn() {
    String script =
        "cat /proc/1/comm; sh -c 'sleep 0.1 & exit'; sleep 0.5; ps | grep -c '[Zz]ombie'";
    docker.run("run", "--rm", "--init", image, "sh", "-c", script).says("docker-init\n0");
    docker.ok("run", "-d", "--name", "it-init", "--init", image, "sleep", "1000");
    // sleep alone, as process 1, does not hear it
    docker.ok("stop", "-t", "60", "it-init");
    assertThat(docker.ok("inspect", "-f", "{{.State.ExitCode}}", "it-init")).isEqualTo("143");
  }
}
