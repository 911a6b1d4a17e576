package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers whose ids are not the host's: {@code userns-remap}. */
class UsernsRemapIT {
  /** First ids outside of the user that most of the tests remap to. */
  private static final int UID = 700_000;

  private static final int GID = 900_000;

  private static final Path SUBUID = Path.of("/etc/subuid");
  private static final Path SUBGID = Path.of("/etc/subgid");

  private static RegistryFixture registry;
  private static String busybox;
  private static byte[] subuid;
  private static byte[] subgid;
  private static boolean hadUser;
  private static DaemonFixture daemon;
  private static DockerCli docker;

  @BeforeAll
  static void start() throws IOException {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
    subuid = read(SUBUID);
    subgid = read(SUBGID);
    hadUser = Command.of("id", "dockremap").run().exit() == 0;
    Files.write(SUBUID, with(subuid, "daemon:" + UID + ":1000\ndaemon:1000000:4000001\n"));
    Files.write(SUBGID, with(subgid, "daemon:" + GID + ":4001001\n"));
    daemon = fixture("--userns-remap", "daemon", "--live-restore");
    daemon.up();
    docker = ready(daemon);
  }

  @AfterAll
  static void close() throws IOException {
    try {
      if (daemon != null) {
        daemon.close();
      }
    } finally {
      if (!hadUser) {
        Command.of("userdel", "dockremap").run();
      }
      restore(SUBUID, subuid);
      restore(SUBGID, subgid);
      registry.close();
    }
  }

  private static byte[] read(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
  }

  private static byte[] with(byte[] before, String lines) {
    return (new String(before, java.nio.charset.StandardCharsets.UTF_8) + lines)
        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void restore(Path file, byte[] content) throws IOException {
    if (content != null) {
      Files.write(file, content);
    }
  }

  /** Below a directory that root of containers can pass. */
  private static DaemonFixture fixture(String... flags) throws IOException {
    DaemonFixture made = DaemonFixture.stopped(flags);
    Files.setPosixFilePermissions(made.root(), PosixFilePermissions.fromString("rwx--x--x"));
    return made;
  }

  private static DockerCli ready(DaemonFixture daemon) throws IOException {
    DockerCli cli = daemon.docker();
    cli.ok("pull", "-q", busybox);
    cli.ok("tag", busybox, "busybox");
    Path plugin = Path.of("target/cli-plugins/docker-buildx");
    if (Files.exists(plugin)) {
      Path plugins = Files.createDirectories(cli.config().resolve("cli-plugins"));
      Files.createSymbolicLink(plugins.resolve("docker-buildx"), plugin.toAbsolutePath());
    }
    return cli;
  }

  @AfterEach
  void remove() {
    docker.with("bash", "-c", "docker ps -aq | xargs -r docker rm -f -v").run().ok();
    docker.with("bash", "-c", "docker volume ls -q | xargs -r docker volume rm").run().ok();
    docker.run("network", "rm", "remapped");
  }

  private static String run(String script, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--rm"));
    words.addAll(List.of(options));
    words.addAll(List.of("busybox", "sh", "-c", script));
    return docker.ok(words.toArray(String[]::new));
  }

  private static String failure(String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--rm"));
    words.addAll(List.of(options));
    words.addAll(List.of("busybox", "true"));
    Result result = docker.run(words.toArray(String[]::new));
    assertThat(result.exit()).isNotZero();
    return result.err();
  }

  private static String owner(Path file) {
    return Command.sh("stat -c '%a %u:%g' '" + file + "'").strip();
  }

  private static Path inspected(String container, String field) {
    return Path.of(docker.ok("inspect", "-f", "{{." + field + "}}", container));
  }

  @Test
  void theUsualUserIsMade() throws IOException {
    try (DaemonFixture usual = fixture("--userns-remap", "default")) {
      usual.up();
      String uid = Command.sh("grep ^dockremap: /etc/subuid | cut -d: -f2").strip();
      String gid = Command.sh("grep ^dockremap: /etc/subgid | cut -d: -f2").strip();
      Command.sh("getent passwd dockremap; getent group dockremap");
      assertThat(Command.sh("grep ^dockremap: /etc/subuid | cut -d: -f3").strip())
          .isEqualTo("65536");
      Path root = usual.dataRoot().resolve(uid + "." + gid);
      assertThat(usual.docker().ok("info", "-f", "{{.DockerRootDir}} {{json .SecurityOptions}}"))
          .startsWith(root.toString())
          .contains("\"name=userns\"");
      assertThat(owner(root)).isEqualTo("710 0:" + gid);
      ready(usual);
      assertThat(usual.docker().ok("run", "--rm", "busybox", "cat", "/proc/self/uid_map").strip())
          .matches("0 +" + uid + " +65536");
    }
  }

  @Test
  void idsInsideAndOutside() throws IOException {
    assertThat(run("id -u; cat /proc/self/uid_map /proc/self/gid_map").replaceAll(" +", " "))
        .isEqualTo("0\n 0 700000 1000\n 1000 1000000 4000001\n 0 900000 4001001");
    assertThat(run("stat -c %u:%g / /bin /etc/hosts /etc/resolv.conf /dev/shm").lines())
        .containsOnly("0:0");
    docker.ok("run", "-d", "--name", "ids", "-w", "/new/work", "busybox", "sleep", "1000");
    docker.ok("exec", "ids", "sh", "-c", "touch /a; chown 33:34 /a; touch /b; chown 2000:5 /b");
    Path upper = inspected("ids", "GraphDriver.Data.UpperDir");
    assertThat(upper.toString()).startsWith(daemon.dataRoot() + "/700000.900000/overlay2/");
    assertThat(owner(upper)).isEqualTo("755 700000:900000");
    assertThat(owner(upper.resolve("new/work"))).isEqualTo("755 700000:900000");
    assertThat(owner(upper.resolve("a"))).isEqualTo("644 700033:900034");
    assertThat(owner(upper.resolve("b"))).isEqualTo("644 1001000:900005");
    assertThat(owner(upper.getParent())).isEqualTo("710 0:900000");
    assertThat(owner(inspected("ids", "HostsPath"))).isEqualTo("644 700000:900000");
    assertThat(owner(inspected("ids", "LogPath"))).endsWith(" 0:0");
    assertThat(Command.sh("stat -c %u /proc/" + inspected("ids", "State.Pid")).strip())
        .isEqualTo("700000");
    assertThat(docker.ok("exec", "-u", "33:34", "ids", "id")).startsWith("uid=33(www-data) gid=34");
    assertThat(docker.ok("diff", "ids").lines()).contains("A /a", "A /b");
  }

  @Test
  void volumesAndMounts() throws IOException {
    String seen =
        run(
            "stat -c '%a %u:%g %n' /data /etc /fast /mem /shown /dev/shm; touch /shown/x /data/y",
            "-v",
            "one:/data",
            "-v",
            "two:/etc",
            "--tmpfs",
            "/fast:uid=5,gid=6,mode=700",
            "--mount",
            "type=tmpfs,dst=/mem",
            "-v",
            daemon.root() + "/made/here:/shown");
    assertThat(seen.lines())
        .containsExactly(
            "755 0:0 /data",
            "755 0:0 /etc",
            "700 5:6 /fast",
            "1777 0:0 /mem",
            "755 0:0 /shown",
            "1777 0:0 /dev/shm");
    Path volumes = daemon.dataRoot().resolve("700000.900000/volumes");
    assertThat(owner(volumes)).isEqualTo("701 0:0");
    assertThat(owner(volumes.resolve("one/_data/y"))).isEqualTo("644 700000:900000");
    assertThat(owner(volumes.resolve("two/_data/passwd"))).endsWith(" 700000:900000");
    assertThat(owner(daemon.root().resolve("made/here"))).isEqualTo("755 700000:900000");
    Path hosts = Files.createDirectory(daemon.root().resolve("hosts-own"));
    assertThat(run("stat -c %u /b; touch /b/x 2>&1 || true", "-v", hosts + ":/b"))
        .isEqualTo("65534\ntouch: /b/x: Permission denied");
    Command.sh("rm -rf " + hosts + " " + daemon.root() + "/made");
  }

  @Test
  void streamsCanBeOpenedByName() {
    Result result =
        docker
            .command(
                "run",
                "-i",
                "--rm",
                "-u",
                "33",
                "busybox",
                "sh",
                "-c",
                "cat /dev/stdin >/dev/stdout")
            .input("through\n")
            .run();
    assertThat(result.ok().line()).isEqualTo("through");
  }

  @Test
  void copiesKeepIdsInside() throws IOException {
    docker.ok("run", "-d", "--name", "from", "busybox", "sleep", "1000");
    docker.ok("run", "-d", "--name", "to", "busybox", "sleep", "1000");
    Path file = Files.writeString(daemon.root().resolve("file"), "x");
    Command.sh("chown 7:8 " + file);
    docker.ok("cp", "-a", file.toString(), "from:/file");
    assertThat(docker.ok("exec", "from", "stat", "-c", "%u:%g", "/file")).isEqualTo("7:8");
    docker.with("bash", "-ec", "docker cp from:/file - | docker cp -a - to:/tmp").run().ok();
    assertThat(docker.ok("exec", "to", "stat", "-c", "%u:%g", "/tmp/file")).isEqualTo("7:8");
    assertThat(
            docker
                .with("bash", "-c", "docker export from | tar --numeric-owner -tvf - file bin")
                .run()
                .ok()
                .out())
        .contains("7/8")
        .contains("0/0")
        .doesNotContain("700");
    Command.sh("chown 4001001:0 " + file);
    assertThat(docker.run("cp", "-a", file.toString(), "from:/high").err())
        .contains("container ID 4001001 cannot be mapped to a host ID");
    Result imported =
        docker
            .with(
                "bash",
                "-c",
                "tar -C " + daemon.root() + " --numeric-owner -c file | docker import - high")
            .run();
    assertThat(imported.err()).contains("container ID 4001001 cannot be mapped to a host ID");
    docker.ok("commit", "from", "committed");
    assertThat(docker.ok("run", "--rm", "committed", "stat", "-c", "%u:%g", "/file"))
        .isEqualTo("7:8");
    docker.ok("rmi", "-f", "committed");
    Files.delete(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1"})
  void builds(String kit) throws IOException {
    Path context = Files.createDirectory(daemon.root().resolve("context" + kit));
    Files.writeString(context.resolve("a"), "a");
    String dockerfile =
        """
        FROM busybox AS one
        COPY a /a
        COPY --chown=9:10 a /b
        RUN cat /proc/self/uid_map > /map; mkdir /q; touch /q/f; chown 44:45 /q/f
        WORKDIR /w1/w2
        FROM one
        COPY --from=one /q /q2
        """;
    if (kit.equals("1")) {
      dockerfile +=
          """
          RUN --mount=type=bind,target=/c --mount=type=cache,uid=3,target=/cache \\
              cat /c/a && stat -c %u /cache > /cached && touch /cache/x
          """;
    }
    Files.writeString(context.resolve("Dockerfile"), dockerfile);
    docker
        .command("build", "-t", "built", context.toString())
        .env("DOCKER_BUILDKIT", kit)
        .run()
        .ok();
    assertThat(
            docker
                .ok("run", "--rm", "built", "stat", "-c", "%u:%g", "/a", "/b", "/q2/f", "/w1/w2")
                .lines())
        .containsExactly("0:0", "9:10", "44:45", "0:0");
    assertThat(docker.ok("run", "--rm", "built", "cat", "/map")).contains(" 700000 ");
    if (kit.equals("1")) {
      assertThat(docker.ok("run", "--rm", "built", "cat", "/cached")).isEqualTo("3");
    }
    docker.ok("rmi", "-f", "built");
    Command.sh("rm -rf " + context);
  }

  @Test
  void digestsStayTheSame() throws IOException {
    String odd = registry.push("odd", "latest", TestImages.odd());
    docker.ok("pull", "-q", odd);
    String id = "{{.Id}} {{.RootFS.Layers}}";
    String pulled = docker.ok("inspect", "-f", id, odd);
    Path archive = daemon.root().resolve("odd.tar");
    docker.ok("save", "-o", archive.toString(), odd);
    docker.ok("rmi", "-f", odd);
    docker.ok("load", "-q", "-i", archive.toString());
    assertThat(docker.ok("inspect", "-f", id, odd)).isEqualTo(pulled);
    String again = registry.ref("again") + ":latest";
    docker.ok("tag", odd, again);
    docker.ok("push", "-q", again);
    docker.ok("rmi", "-f", odd, again);
    docker.ok("pull", "-q", again);
    assertThat(docker.ok("inspect", "-f", id, again)).isEqualTo(pulled);
    // the check is of owners as well
    daemon
        .program("fsck", "--data-root", daemon.dataRoot().toString(), "--userns-remap", "daemon")
        .ok()
        .says(" 0 problems");
    assertThat(
            daemon
                .program(
                    "fsck", "--data-root", daemon.dataRoot().resolve("700000.900000").toString())
                .exits(2)
                .err())
        .contains("belongs to user namespaces");
    docker.ok("rmi", "-f", again);
    Files.delete(archive);
  }

  @Test
  void networksAndSharedNamespaces() {
    docker.ok("network", "create", "remapped");
    docker.ok(
        "run",
        "-d",
        "--name",
        "web",
        "--network",
        "remapped",
        "--ipc",
        "shareable",
        "-p",
        "127.0.0.1::80",
        "busybox",
        "sh",
        "-c",
        "echo page > /index.html; exec httpd -f -h /");
    String port = docker.ok("port", "web", "80/tcp");
    Wait.until("the page", () -> Command.of("curl", "-s", port).run().out().strip().equals("page"));
    String sysctl = "net.ipv4.conf.eth0.rp_filter";
    assertThat(
            run(
                "cat /proc/sys/net/ipv4/conf/eth0/rp_filter; ls /sys/class/net; nc web 80 -e echo"
                    + " >/dev/null && echo met",
                "--network",
                "remapped",
                "--sysctl",
                sysctl + "=2"))
        .startsWith("2\n")
        .contains("eth0")
        .endsWith("met");
    assertThat(run("ls /sys/class/net", "--network", "container:web")).contains("eth0");
    assertThat(run("ps", "--pid", "container:web")).contains("httpd");
    assertThat(run("touch /dev/shm/x && ls /dev/shm", "--ipc", "container:web")).isEqualTo("x");
    assertThat(docker.ok("exec", "web", "ls", "/dev/shm")).isEqualTo("x");
    assertThat(run("true", "--userns", "host", "--network", "container:web")).isEmpty();
    docker.ok("run", "-d", "--name", "hosts", "--userns", "host", "busybox", "sleep", "1000");
    for (String kind : List.of("--network", "--pid")) {
      assertThat(failure(kind, "container:hosts")).contains("it has the host's user namespace");
    }
    assertThat(run("ls /sys/class/net", "--network", "none")).isEqualTo("lo");
  }

  @Test
  void onlyTheHostsNamespaceHasTheHost() {
    assertThat(failure("--privileged"))
        .contains(
            "privileged mode is incompatible with user namespaces.  You must run the container in"
                + " the host namespace when running privileged mode");
    assertThat(failure("--network", "host"))
        .contains("cannot share the host's network namespace when user namespaces are enabled");
    assertThat(failure("--pid", "host"))
        .contains("cannot share the host PID namespace when user namespaces are enabled");
    String all = "cat /proc/self/uid_map; test -e /dev/kmsg && echo privileged; stat -c %u /";
    assertThat(run(all, "--userns=host", "--privileged", "--network=host", "--pid=host"))
        .contains("4294967295", "privileged")
        .endsWith("\n700000");
    docker.ok("create", "--name", "opted", "--userns", "host", "busybox");
    assertThat(docker.ok("inspect", "-f", "{{.HostConfig.UsernsMode}}", "opted")).isEqualTo("host");
  }

  @Test
  void containersOutliveTheDaemon() {
    docker.ok(
        "run",
        "-d",
        "--name",
        "living",
        "-p",
        "127.0.0.1::80",
        "--health-cmd",
        "true",
        "--health-interval",
        "1s",
        "busybox",
        "sh",
        "-c",
        "echo page > /index.html; exec httpd -f -h /");
    String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "living");
    daemon.kill9();
    daemon.up();
    assertThat(docker.ok("inspect", "-f", "{{.State.Pid}} {{.State.Running}}", "living"))
        .isEqualTo(pid + " true");
    assertThat(docker.ok("exec", "living", "id", "-u")).isEqualTo("0");
    Wait.until(
        "health",
        () -> docker.ok("inspect", "-f", "{{.State.Health.Status}}", "living").equals("healthy"));
    assertThat(Command.of("curl", "-s", docker.ok("port", "living", "80/tcp")).run().line())
        .isEqualTo("page");
    daemon.stop();
    daemon.up();
    assertThat(docker.ok("inspect", "-f", "{{.State.Pid}}", "living")).isEqualTo(pid);
    docker.ok("restart", "-t", "0", "living");
    assertThat(docker.ok("exec", "living", "cat", "/proc/self/uid_map")).contains(" 700000 ");
    docker.ok("rm", "-f", "living");
    assertThat(Command.sh("ls " + daemon.execRoot() + "/netns").lines())
        .allMatch(name -> name.equals("default"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"overlay", "vfs"})
  void otherDrivers(String driver) throws IOException {
    try (DaemonFixture other = fixture("--userns-remap", "daemon", "--storage-driver", driver)) {
      other.up();
      DockerCli cli = ready(other);
      cli.ok("run", "--name", "one", "busybox", "sh", "-c", "touch /a; chown 33:34 /a /etc");
      cli.ok("commit", "one", "two");
      assertThat(cli.ok("run", "--rm", "two", "stat", "-c", "%u:%g", "/a", "/etc", "/bin"))
          .isEqualTo("33:34\n33:34\n0:0");
      assertThat(cli.ok("diff", "one").lines()).contains("A /a", "C /etc");
      assertThat(
              Command.sh(
                  "find %s/700000.900000/%s -name a -type f -path '*/a' ! -path '*/bin/*'"
                          .formatted(other.dataRoot(), driver)
                      + " -printf '%U:%G\\n' | sort -u"))
          .isEqualTo("700033:900034\n");
    }
  }

  @Test
  void whatMakesNoSenseEndsTheStart() throws IOException {
    try (DaemonFixture refused = fixture("--userns-remap", "nosuchuser")) {
      assertThat(refused.launchAndAwait()).isFalse();
      assertThat(refused.process().exitValue()).isEqualTo(1);
      assertThat(refused.log())
          .isEqualTo(
              "Error during uid lookup for \"nosuchuser\": getent unable to find entry"
                  + " \"nosuchuser\" in passwd database\n");
    }
  }
}
