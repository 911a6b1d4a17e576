package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What daemon.json and its flags change for containers, and what SIGHUP takes over of it. */
class DaemonDefaultsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PARENT = "/layerd-it-defaults";
  private static final String HOST =
      "{{json .HostConfig.Ulimits}} {{.HostConfig.ShmSize}} {{.HostConfig.IpcMode}}"
          + " {{.HostConfig.CgroupnsMode}} {{json .HostConfig.Init}} {{.HostConfig.Runtime}}"
          + " {{json .HostConfig.LogConfig}}";

  private static RegistryFixture registry;
  private static String busybox;
  @TempDir Path directory;

  @BeforeAll
  static void push() {
    registry = new RegistryFixture();
    TestImage image = TestImages.busybox(TestImage.Form.DOCKER);
    busybox = registry.push("busybox", "latest", image);
    registry.push("library/mirrored", "latest", image);
  }

  @AfterAll
  static void close() {
    registry.close();
    Command.sh("for d in /sys/fs/cgroup/*" + PARENT + "; do [ ! -d $d ] || rmdir $d; done");
  }

  private DaemonFixture configured(String json, String... flags) throws IOException {
    Path file = Files.writeString(directory.resolve("daemon.json"), json);
    List<String> all = new ArrayList<>(List.of("--config-file", file.toString()));
    all.addAll(List.of(flags));
    return DaemonFixture.stopped(all.toArray(String[]::new));
  }

  private void reload(DaemonFixture daemon, String json) throws IOException {
    long before = lines(daemon, "Got signal to reload configuration");
    long done = lines(daemon, "Reloaded configuration") + lines(daemon, "Error reloading");
    Files.writeString(directory.resolve("daemon.json"), json);
    Command.sh("kill -HUP " + daemon.process().pid());
    Wait.until(
        "the reload to end",
        () ->
            lines(daemon, "Got signal to reload configuration") > before
                && lines(daemon, "Reloaded configuration") + lines(daemon, "Error reloading")
                    > done);
  }

  private static long lines(DaemonFixture daemon, String part) {
    return daemon.log().lines().filter(line -> line.contains(part)).count();
  }

  private static Map<String, String> lastReload(DockerCli docker) throws IOException {
    Instant instant = Instant.now();
    String now = "%d.%09d".formatted(instant.getEpochSecond(), instant.getNano());
    String events =
        docker.ok(
            "events",
            "--since",
            "1",
            "--until",
            now,
            "--filter",
            "type=daemon",
            "--format",
            "{{json .Actor.Attributes}}");
    Map<String, String> attributes = new TreeMap<>();
    JSON.readTree(events.lines().reduce("", (_, last) -> last))
        .properties()
        .forEach(one -> attributes.put(one.getKey(), one.getValue().asText()));
    return attributes;
  }

  /** Pulls an image of two layers that arrive slowly. */
  private static int layersAtATime(DockerCli docker, String salt) {
    try (FakeRegistry other = new FakeRegistry().slow(1_000_000)) {
      TestImage image =
          TestImage.of(
              TestImage.Form.DOCKER, Map.of(), List.of(noise(salt + "1"), noise(salt + "2")));
      docker.ok("pull", "-q", other.put("a/" + salt, "latest", image));
      return other.mostAtATime();
    }
  }

  private static TestLayer noise(String name) {
    byte[] bytes = new byte[500_000];
    new Random(name.hashCode()).nextBytes(bytes);
    return TestLayer.gzip(new TarBuilder().file(name, 0644, bytes));
  }

  /** A runtime that writes down how it was called. */
  private Path wrapper() throws IOException {
    return script(
        "wrapper",
        "echo \"$@\" >> %s/calls; exec \"$(command -v runc || command -v crun)\" \"$@\""
            .formatted(directory));
  }

  private Path script(String name, String text) throws IOException {
    Path script = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void containersGetWhatTheDaemonWasToldTheyGet() throws IOException {
    Path profile =
        Files.writeString(
            directory.resolve("seccomp.json"),
            """
            {"defaultAction": "SCMP_ACT_ALLOW",
             "syscalls": [{"names": ["sethostname", "symlink", "symlinkat"], "action": "SCMP_ACT_ERRNO"}]}
            """);
    String json =
        """
        {"default-ulimits": {"nofile": {"Name": "nofile", "Hard": 2048, "Soft": 1024}},
         "default-shm-size": "32M", "default-ipc-mode": "shareable", "default-cgroupns-mode": "private",
         "init": true, "init-path": "%s", "no-new-privileges": true, "seccomp-profile": "%s",
         "exec-opts": ["native.cgroupdriver=cgroupfs"], "cgroup-parent": "%s",
         "runtimes": {"wrap": {"path": "%s", "runtimeArgs": ["--debug"]}}, "default-runtime": "wrap",
         "log-driver": "local", "log-opts": {"max-size": "1m"}, "log-format": "json", "raw-logs": true}
        """
            .formatted(script("init", "shift; \"$@\""), profile, PARENT, wrapper());
    try (DaemonFixture daemon = configured(json, "--add-runtime", "other=/nowhere/runtime")) {
      daemon.up();
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      String look =
          "ulimit -n; ulimit -Hn; df -k /dev/shm | tail -1 | awk '{print $2}';"
              + " grep NoNewPrivs /proc/self/status | cut -f2; ln -s a /tmp/b 2>&1;"
              + " readlink /proc/self/ns/cgroup; grep -c docker-[i]nit /proc/1/cmdline || true";
      String mine = Command.sh("readlink /proc/self/ns/cgroup").strip();
      List<String> seen =
          docker
              .ok("run", "--name", "plain", "--network", "none", busybox, "sh", "-c", look)
              .lines()
              .toList();
      assertThat(seen.subList(0, 4)).containsExactly("1024", "2048", "32768", "1");
      assertThat(seen.get(4)).contains("Operation not permitted");
      assertThat(seen.get(5)).startsWith("cgroup:").isNotEqualTo(mine);
      assertThat(seen.get(6)).isEqualTo("1");
      assertThat(docker.ok("inspect", "-f", HOST, "plain"))
          .isEqualTo(
              "[{\"Name\":\"nofile\",\"Hard\":2048,\"Soft\":1024}] 33554432 shareable private null"
                  + " wrap {\"Type\":\"local\",\"Config\":{\"max-size\":\"1m\"}}");
      assertThat(Files.readString(directory.resolve("calls")))
          .startsWith("--debug ")
          .contains(" create ");

      // What a container says goes before.
      String own =
          docker.ok(
              "run",
              "--name",
              "own",
              "--network",
              "none",
              "--ulimit",
              "nofile=512",
              "--shm-size",
              "8m",
              "--init=false",
              "--cgroupns",
              "host",
              "--security-opt",
              "no-new-privileges=false",
              "--security-opt",
              "seccomp=unconfined",
              "--log-driver",
              "json-file",
              busybox,
              "sh",
              "-c",
              look);
      assertThat(own.lines()).containsExactly("512", "512", "8192", "0", mine, "0");
      assertThat(docker.ok("inspect", "-f", "{{json .HostConfig.LogConfig}}", "own"))
          .isEqualTo("{\"Type\":\"json-file\",\"Config\":{}}");

      // The second finds the first one's shared memory and its group of processes.
      docker.ok("run", "-d", "--name", "donor", "--network", "none", busybox, "sleep", "1000");
      docker.ok("exec", "donor", "touch", "/dev/shm/there");
      assertThat(
              docker.ok(
                  "run",
                  "--network",
                  "none",
                  "--ipc",
                  "container:donor",
                  busybox,
                  "ls",
                  "/dev/shm"))
          .isEqualTo("there");
      String pid = docker.ok("inspect", "-f", "{{.State.Pid}}", "donor");
      assertThat(Command.sh("cat /proc/" + pid + "/cgroup")).contains(":" + PARENT + "/");
      assertThat(docker.ok("exec", "donor", "grep", "NoNewPrivs", "/proc/self/status"))
          .endsWith("1");

      String info =
          "{{json .SecurityOptions}} {{.CgroupDriver}} {{.LoggingDriver}} {{.DefaultRuntime}}"
              + " {{with index .Runtimes \"other\"}}{{.Path}}{{end}}"
              + " {{with index .Runtimes \"wrap\"}}{{.Path}} {{.Args}}{{end}}";
      assertThat(docker.ok("info", "-f", info))
          .contains("\"name=seccomp,profile=" + profile + "\"", "\"name=no-new-privileges\"")
          .endsWith(
              " cgroupfs local wrap /nowhere/runtime "
                  + directory.resolve("wrapper")
                  + " [--debug]");
      assertThat(daemon.log().lines())
          .allSatisfy(
              line -> {
                JsonNode fields = JSON.readTree(line);
                assertThat(fields.path("level").asText()).isIn("info", "warning", "error");
                assertThat(fields.path("msg").asText()).isNotEmpty();
                assertThat(fields.path("time").asText()).startsWith("20");
              });
    }
  }

  @Test
  void networksAreMadeAsTheDaemonWasTold() throws Exception {
    try (DaemonFixture daemon = configured("{}")) {
      String prefix = daemon.subnetPrefix();
      String json =
          """
          {"ip": "127.0.0.1", "icc": false, "ip-masq": false, "mtu": 1300, "fixed-cidr": "%s64/26",
           "userland-proxy": false, "dns": ["192.0.2.9"], "dns-opts": ["ndots:3"],
           "dns-search": ["x.example"], "host-gateway-ips": ["192.0.2.4", "fd00::7"],
           "default-network-opts": {"bridge": {"com.docker.network.driver.mtu": "1234"}},
           "default-address-pools": [{"base": "10.223.0.0/16", "size": 26}],
           "insecure-registries": ["proxied.test:5000", "direct.test:5000"],
           "proxies": {"http-proxy": "http://u:p@%s", "no-proxy": "direct.test"}}
          """;
      Files.writeString(directory.resolve("daemon.json"), json.formatted(prefix, registry.host()));
      daemon.up();
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      // The proxy is the registry itself: nobody else knows the name.
      docker.ok("pull", "-q", "proxied.test:5000/busybox");
      docker.run("pull", "-q", "direct.test:5000/busybox").exits(1).says("no such host");
      assertThat(docker.ok("info", "-f", "{{.HTTPProxy}} {{.NoProxy}}"))
          .isEqualTo("http://xxxxx:xxxxx@" + registry.host() + " direct.test");
      String serve = "echo hello >/tmp/f; httpd -p 80 -h /tmp; sleep 1000";
      docker.ok(
          "run",
          "-d",
          "--name",
          "one",
          "-p",
          "80",
          "-p",
          "0.0.0.0::81",
          "--add-host",
          "up:host-gateway",
          busybox,
          "sh",
          "-c",
          serve);
      String address = docker.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "one");
      assertThat(address).isEqualTo(prefix + "64");
      assertThat(
              docker.ok(
                  "network",
                  "inspect",
                  "-f",
                  "{{json .IPAM.Config}} {{index .Options \"com.docker.network.bridge.enable_icc\"}}"
                      + " {{index .Options \"com.docker.network.bridge.host_binding_ipv4\"}}",
                  "bridge"))
          .isEqualTo(
              "[{\"Subnet\":\"%1$s0/24\",\"IPRange\":\"%1$s64/26\",\"Gateway\":\"%1$s1\"}] false 127.0.0.1"
                  .formatted(prefix));

      // Published where the daemon says, unless the container says.
      String port = docker.ok("port", "one", "80");
      assertThat(port).startsWith("127.0.0.1:");
      assertThat(docker.ok("port", "one", "81")).startsWith("0.0.0.0:");
      assertThat(TestHttp.get("http://" + port + "/f")).isEqualTo("hello\n");
      String elsewhere = port.replace("127.0.0.1", prefix + "1");
      Command.of("curl", "-s", "-m", "2", "http://" + elsewhere + "/f").run().exits(7);

      String look =
          "cat /etc/resolv.conf; cat /sys/class/net/eth0/mtu; timeout 3 wget -qO- http://%s/f || echo unreachable"
              .formatted(address);
      assertThat(docker.run("run", "--rm", busybox, "sh", "-c", look).out())
          .contains("nameserver 192.0.2.9\n", "search x.example\n", "options ndots:3\n", "\n1300\n")
          .contains("unreachable")
          .doesNotContain("hello");
      assertThat(docker.ok("exec", "one", "cat", "/etc/hosts"))
          .contains("192.0.2.4\tup\n", "fd00::7\tup\n");
      assertThat(Command.sh("iptables-save -t nat | grep -F " + prefix + "0/24"))
          .contains("! -o " + daemon.bridge() + " -j ACCEPT")
          .doesNotContain("! -o " + daemon.bridge() + " -j MASQUERADE");

      // A user's network has the daemon's pools and options, and containers on it reach each other.
      docker.ok("network", "create", "users");
      docker.ok(
          "run",
          "-d",
          "--name",
          "two",
          "--network",
          "users",
          "-p",
          "80",
          busybox,
          "sh",
          "-c",
          serve);
      String subnet = "{{(index .IPAM.Config 0).Subnet}}";
      assertThat(docker.ok("network", "inspect", "-f", subnet, "users"))
          .startsWith("10.223.")
          .endsWith("/26");
      String ip = "{{.NetworkSettings.Networks.users.IPAddress}}";
      String two = docker.ok("inspect", "-f", ip, "two");
      assertThat(
              docker.ok(
                  "run",
                  "--rm",
                  "--network",
                  "users",
                  busybox,
                  "sh",
                  "-c",
                  "cat /sys/class/net/eth0/mtu; timeout 5 wget -qO- http://" + two + "/f"))
          .isEqualTo("1234\nhello");
      // Without a proxy there is no way from IPv6 to it.
      String published = docker.ok("port", "two");
      assertThat(published).matches("80/tcp -> 0.0.0.0:\\d+");
      String number = published.substring(published.lastIndexOf(':') + 1);
      assertThat(TestHttp.get("http://127.0.0.1:" + number + "/f")).isEqualTo("hello\n");
      Command.of("curl", "-s", "-m", "2", "http://[::1]:" + number + "/f").run().exits(7);
      docker.ok("network", "create", "-o", "com.docker.network.driver.mtu=1111", "own");
      assertThat(docker.ok("network", "inspect", "-f", "{{.Options}}", "own"))
          .isEqualTo("map[com.docker.network.driver.mtu:1111]");
      docker.ok("rm", "-f", "one", "two");
      docker.ok("network", "rm", "users", "own");
    }
  }

  @Test
  void theDaemonItselfIsAsItWasTold() throws Exception {
    String json =
        """
        {"storage-driver": "vfs", "group": "daemon", "log-level": "warn", "labels": ["a=b"],
         "max-download-attempts": 1, "registry-mirrors": ["http://%s"]}
        """
            .formatted(registry.host());
    try (DaemonFixture daemon = configured(json);
        FakeRegistry other = new FakeRegistry()) {
      daemon.up();
      DockerCli docker = daemon.docker();
      assertThat(docker.ok("info", "-f", "{{.Driver}} {{.Labels}}")).isEqualTo("vfs [a=b]");
      assertThat(Command.sh("stat -c '%a %U:%G' " + daemon.root().resolve("sock")).strip())
          .isEqualTo("660 root:daemon");
      docker.ok("pull", "-q", "mirrored");
      assertThat(docker.ok("run", "--rm", "--network", "none", "mirrored", "echo", "hello"))
          .isEqualTo("hello");

      String again = other.put("a/b", "latest", TestImages.fresh("again", 500_000));
      // Java's client tries a few times by itself; five attempts would outlast this.
      other.cut(0, 20);
      docker.run("pull", "-q", again).exits(1);
      other.cut(0, 0);
      docker.ok("pull", "-q", again);

      assertThat(daemon.execRoot().resolve("netns")).isDirectory();
      assertThat(daemon.root().resolve("pid")).hasContent(Long.toString(daemon.process().pid()));
      assertThat(daemon.log()).doesNotContain("level=info", "level=debug");
    }
  }

  @Test
  void aReloadTakesOverWhatDockerdTakesOver() throws IOException {
    try (DaemonFixture daemon =
        configured("{\"mtu\": 1400, \"labels\": [\"a=b\"]}", "--log-level", "info")) {
      daemon.up();
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      String cgroupns =
          docker.ok("info", "-f", "{{.CgroupVersion}}").equals("2") ? "private" : "host";
      String usual = docker.ok("info", "-f", "{{.DefaultRuntime}}");
      docker.run("pull", "-q", "mirrored").exits(1);
      reload(
          daemon,
          """
          {"debug": true, "labels": ["c=d", "e=f"], "registry-mirrors": ["http://%s"],
           "insecure-registries": ["1.2.3.4:5"], "max-concurrent-downloads": 7,
           "max-concurrent-uploads": 8, "max-download-attempts": 9, "live-restore": true,
           "shutdown-timeout": 33, "features": {"x": true, "a": false}, "default-shm-size": "1M",
           "default-ipc-mode": "shareable", "runtimes": {"wrap": {"path": "%s"}},
           "default-runtime": "wrap", "no-new-privileges": true, "mtu": 1300}
          """
              .formatted(registry.host(), wrapper()));
      docker.ok("pull", "-q", "mirrored");
      Map<String, String> all = new TreeMap<>();
      all.put("debug", "true");
      all.put("default-cgroupns-mode", cgroupns);
      all.put("default-ipc-mode", "shareable");
      all.put("default-runtime", "wrap");
      all.put("default-shm-size", "1048576");
      all.put("features", "map[a:false x:true]");
      all.put("insecure-registries", "[\"1.2.3.4:5\"]");
      all.put("labels", "[\"c=d\",\"e=f\"]");
      all.put("live-restore", "true");
      all.put("max-concurrent-downloads", "7");
      all.put("max-concurrent-uploads", "8");
      all.put("max-download-attempts", "9");
      all.put("name", Command.sh("hostname").strip());
      all.put("registry-mirrors", "[\"http://" + registry.host() + "/\"]");
      all.put("runtimes", "wrap:" + directory.resolve("wrapper"));
      all.put("shutdown-timeout", "33");
      assertThat(lastReload(docker)).isEqualTo(all);
      String info =
          "{{.Debug}} {{.Labels}} {{.RegistryConfig.Mirrors}} {{.LiveRestoreEnabled}}"
              + " {{.DefaultRuntime}} {{.SecurityOptions}}";
      String after = docker.ok("info", "-f", info);
      assertThat(after)
          .startsWith("true [c=d e=f] [http://" + registry.host() + "/] true wrap")
          .doesNotContain("no-new-privileges");
      assertThat(docker.ok("run", "--name", "one", "--network", "none", busybox, "df", "/dev/shm"))
          .contains(" 1024 ");
      assertThat(directory.resolve("calls")).exists();
      assertThat(docker.ok("inspect", "-f", "{{.HostConfig.IpcMode}}", "one"))
          .isEqualTo("shareable");
      assertThat(daemon.log())
          .containsPattern(
              "level=debug msg=\"handling POST request\" method=POST module=api"
                  + " request-url=\"?/v1[.0-9]*/containers/create\\?name=one\"? vars=\"map\\[version:1");

      // Wrong in one place changes nothing anywhere, and the log says why.
      for (Map.Entry<String, String> bad :
          Map.of(
                  "{\"labels\": [\"g=h\"]", "invalid JSON: unexpected end of JSON input",
                  "{\"labels\": [\"g=h\"], \"nope\": 1}",
                      "the following directives don't match any configuration option: nope",
                  "{\"labels\": [\"g=h\", \"g=i\"]}", "conflict labels for g=i and g=h",
                  "{\"labels\": [\"g=h\"], \"max-concurrent-downloads\": -1}",
                      "file configuration validation failed: invalid max concurrent downloads: -1",
                  "{\"labels\": [\"g=h\"], \"default-runtime\": \"none\"}",
                      "specified default runtime 'none' does not exist",
                  "{\"labels\": [\"g=h\"], \"runtimes\": {\"runc\": {\"path\": \"/x\"}}}",
                      "runtime name 'runc' is reserved",
                  "{\"labels\": [\"g=h\"], \"authorization-policy\": \"/none/here\"}",
                      "invalid authorization policy: open /none/here: no such file or directory",
                  "{\"labels\": [\"g=h\"], \"log-level\": \"warn\"}",
                      "log-level: (from flag: info, from file: warn)")
              .entrySet()) {
        reload(daemon, bad.getKey());
        assertThat(daemon.log().lines().filter(line -> line.contains("level=error")).toList())
            .last()
            .asString()
            .contains("msg=\"Error reloading configuration\" error=\"", bad.getValue());
        assertThat(docker.ok("info", "-f", info)).isEqualTo(after);
        assertThat(lastReload(docker)).isEqualTo(all);
      }

      // As dockerd has it, what the file says no more stays, but for features and the limits.
      reload(daemon, "{\"default-runtime\": \"" + usual + "\"}");
      all.putAll(
          Map.of(
              "default-runtime", usual,
              "features", "map[]",
              "max-concurrent-downloads", "3",
              "max-concurrent-uploads", "5",
              "max-download-attempts", "5"));
      assertThat(lastReload(docker)).isEqualTo(all);
      reload(daemon, "{\"debug\": false, \"labels\": []}");
      assertThat(docker.ok("info", "-f", "{{.Debug}} {{.Labels}} {{.LiveRestoreEnabled}}"))
          .isEqualTo("false [] true");
      assertThat(layersAtATime(docker, "three")).isEqualTo(2);
      reload(daemon, "{\"max-concurrent-downloads\": 1}");
      assertThat(layersAtATime(docker, "one")).isEqualTo(1);
    }
  }
}
