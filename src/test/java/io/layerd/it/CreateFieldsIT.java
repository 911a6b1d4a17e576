package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The fields of a create request take effect, or are refused: docs/containers.md names the tests.
 */
@ExtendWith(SharedEngine.class)
class CreateFieldsIT {
  private static final String VERSION = "/v1.51";

  private final DockerCli docker;
  private final Http http;
  private final Engine engine;
  private final String image;

  CreateFieldsIT(Engine engine) {
    this.engine = engine;
    docker = engine.docker();
    http = engine.http();
    image = engine.busybox();
  }

  @AfterEach
  void remove() {
    docker
        .with("bash", "-c", "docker ps -aq --filter name=cf- | xargs -r docker rm -f -v")
        .run()
        .ok();
    docker.run("volume", "rm", "-f", "cf-volume");
    docker.run("network", "rm", "cf-net");
  }

  private String run(String script, String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--rm"));
    words.addAll(List.of(options));
    words.addAll(List.of(image, "sh", "-c", script));
    return docker.ok(words.toArray(String[]::new));
  }

  private String failure(String... options) {
    List<String> words = new ArrayList<>(List.of("run", "--rm", "--name", "cf-refused"));
    words.addAll(List.of(options));
    words.addAll(List.of(image, "true"));
    Result result = docker.run(words.toArray(String[]::new));
    assertThat(result.exit()).isNotZero();
    return result.err();
  }

  private Http.Answer create(String name, String fields) {
    String body = "{\"Image\":\"" + image + "\"" + (fields.isEmpty() ? "" : "," + fields) + "}";
    return http.post(VERSION + "/containers/create?name=" + name, body);
  }

  /** A container made with these fields, run to its end: what it printed. */
  private String made(String name, String fields) {
    assertThat(create(name, fields).status()).as(fields).isEqualTo(201);
    return docker.ok("start", "-a", name);
  }

  @Test
  void namesAndUsers() {
    assertThat(
            run("hostname; cat /proc/sys/kernel/domainname", "-h", "box", "--domainname", "ex.org"))
        .isEqualTo("box\nex.org");
    assertThat(run("id", "-u", "www-data:daemon")).startsWith("uid=33(www-data) gid=1(daemon)");
    assertThat(run("id -G", "-u", "1234:5678", "--group-add", "99", "--group-add", "www-data"))
        .isEqualTo("5678 33 99");
    assertThat(failure("-u", "nosuch")).contains("unable to find user nosuch");
  }

  @Test
  void commandsAndDirectories() {
    assertThat(run("pwd; echo $A$B", "-w", "/new/dir", "-e", "A=1", "-e", "B=2"))
        .isEqualTo("/new/dir\n12");
    assertThat(made("cf-words", "\"Entrypoint\":\"echo\",\"Cmd\":\"one\"")).isEqualTo("one");
    assertThat(
            made(
                "cf-shell",
                "\"Cmd\":[\"sleep\",\"3\"],\"Shell\":[\"/bin/echo\",\"shell:\"],"
                    + "\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"x\"],\"Interval\":500000000}"))
        .isEmpty();
    assertThat(docker.ok("inspect", "-f", "{{(index .State.Health.Log 0).Output}}", "cf-shell"))
        .startsWith("shell: x");
    assertThat(made("cf-off", "\"NetworkDisabled\":true,\"Cmd\":[\"ls\",\"/sys/class/net\"]"))
        .isEqualTo("lo");
    assertThat(docker.ok("inspect", "-f", "{{json .NetworkSettings.Networks}}", "cf-off"))
        .isEqualTo("{}");
  }

  @Test
  void workingDirectoriesAreMadeWithTheContainer() {
    docker.ok("create", "--name", "cf-dir", "-u", "5", "-w", "/made/../new/dir", image, "true");
    assertThat(docker.ok("diff", "cf-dir").lines()).containsExactly("A /new", "A /new/dir");
    assertThat(
            docker
                .with("bash", "-c", "docker cp cf-dir:/new - | tar -tv | awk '{print $1, $2}'")
                .run()
                .ok()
                .out()
                .lines())
        .containsOnly("drwxr-xr-x 0/0");
  }

  @Test
  void anotherPlatformIsNotTaken() {
    Http.Answer answer =
        http.post(
            VERSION + "/containers/create?platform=linux/s390x", "{\"Image\":\"" + image + "\"}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.body())
        .contains("was found but its platform (linux/amd64) does not match the specified platform");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "Healthcheck":{"Interval":1} | 400 | Interval in Healthcheck cannot be less than 1ms
          "Healthcheck":{"Timeout":-1} | 400 | Timeout in Healthcheck cannot be less than 1ms
          "Healthcheck":{"StartPeriod":5} | 400 | StartPeriod in Healthcheck cannot be less than 1ms
          "Healthcheck":{"StartInterval":5} | 400 | StartInterval in Healthcheck cannot be less than 1ms
          "Healthcheck":{"Retries":-1} | 400 | Retries in Healthcheck cannot be negative
          "StopSignal":"NOPE" | 400 | invalid signal: NOPE
          "WorkingDir":"rel" | 400 | it needs to be an absolute path
          "Hostname":"h","HostConfig":{"NetworkMode":"container:x"} | 400 | conflicting options: hostname and the network mode
          "Hostname":"h","HostConfig":{"UTSMode":"host"} | 400 | conflicting options: hostname and the UTS mode
          "ExposedPorts":{"80/tcp":{}},"HostConfig":{"NetworkMode":"container:x"} | 400 | port exposing and the container type network mode
          "HostConfig":{"ExtraHosts":["a:x"]} | 400 | invalid IP address in add-host
          "HostConfig":{"ExtraHosts":["a"]} | 400 | bad format for add-host
          "HostConfig":{"LogConfig":{"Type":"nope"}} | 400 | error looking up logging plugin nope
          "HostConfig":{"VolumesFrom":["nope"]} | 400 | No such container: nope
          "HostConfig":{"VolumeDriver":"nope","Binds":["cf-volume:/b"]} | 404 | error looking up volume plugin nope
          "HostConfig":{"RestartPolicy":{"Name":"nope"}} | 400 | unknown policy 'nope'
          "HostConfig":{"AutoRemove":true,"RestartPolicy":{"Name":"always"}} | 400 | can't create 'AutoRemove' container
          "HostConfig":{"Runtime":"nope"} | 400 | unknown or invalid runtime name: nope
          "HostConfig":{"Isolation":"hyperv"} | 400 | invalid isolation (hyperv)
          "HostConfig":{"UTSMode":"nope"} | 400 | invalid UTS mode: nope
          "HostConfig":{"PidMode":"nope"} | 400 | invalid PID mode: nope
          "HostConfig":{"IpcMode":"nope"} | 400 | invalid IPC mode: nope
          "HostConfig":{"CgroupnsMode":"nope"} | 400 | invalid cgroup namespace mode: nope
          "HostConfig":{"CapAdd":["NOPE"]} | 400 | unknown capability
          "HostConfig":{"StorageOpt":{"size":"1G"}} | 500 | --storage-opt is supported only for overlay over xfs
          "HostConfig":{"ShmSize":-5} | 400 | SHM size can not be less than 0
          "HostConfig":{"OomScoreAdj":2000} | 400 | range for oom score adj is [-1000, 1000]
          "HostConfig":{"Memory":1000} | 400 | Minimum memory limit allowed is 6MB
          "HostConfig":{"CpuRealtimePeriod":5,"CpuRealtimeRuntime":9} | 400 | cpu real-time runtime cannot be higher
          "HostConfig":{"IOMaximumIOps":4} | 400 | QoS maximum IOPs configuration is not supported
          "HostConfig":{"IOMaximumBandwidth":4} | 400 | QoS maximum bandwidth configuration is not supported
          "HostConfig":{"CpusetCpus":"999"} | 400 | Requested CPUs are not available
          "HostConfig":{"Mounts":[{"Type":"bind","Source":"/etc","Target":"/m","VolumeOptions":{}}]} | 400 | VolumeOptions must not be specified on mount type
          "HostConfig":{"Mounts":[{"Type":"bind","Source":"/etc","Target":"/m","ImageOptions":{}}]} | 400 | field ImageOptions must not be specified
          "HostConfig":{"Mounts":[{"Type":"tmpfs","Target":"/m","BindOptions":{}}]} | 400 | BindOptions must not be specified on mount type
          "HostConfig":{"Mounts":[{"Type":"tmpfs","Target":"/m","TmpfsOptions":{"Options":[["nope"]]}}]} | 400 | invalid option: nope
          "HostConfig":{"Mounts":[{"Type":"volume","Source":"cf-volume","Target":"/m","VolumeOptions":{"Subpath":"/a"}}]} | 400 | subpath must be a relative path within the volume
          "HostConfig":{"Mounts":[{"Type":"volume","Target":"/m","VolumeOptions":{"Subpath":"a"}}]} | 400 | must not set Subpath when using anonymous volumes
          "HostConfig":{"Mounts":[{"Type":"npipe","Source":"a","Target":"/m"}]} | 400 | mount type unknown
          "HostConfig":{"Mounts":[{"Type":"image","Source":"nosuch","Target":"/m"}]} | 404 | No such image
          "NetworkingConfig":{"EndpointsConfig":{"bridge":{"Aliases":["x"]}}} | 400 | network-scoped alias is supported only
          "WorkingDir":"/etc/passwd" | 500 | Cannot mkdir: /etc/passwd is not a directory
          "WorkingDir":"/etc/passwd/x" | 500 | /etc/passwd/x: not a directory
          "NetworkingConfig":{"EndpointsConfig":{"bridge":null}} | 400 | invalid config for network bridge: EndpointsConfig is nil
          "NetworkingConfig":{"EndpointsConfig":{"bridge":{"MacAddress":"zz"}}} | 400 | invalid MAC address zz
          "NetworkingConfig":{"EndpointsConfig":{"bridge":{"IPAMConfig":{"LinkLocalIPs":["x"]}}}} | 400 | invalid link-local IP address: x
          "NetworkingConfig":{"EndpointsConfig":{"bridge":{"DriverOpts":{"com.docker.network.endpoint.sysctls":"net.ipv4.ip_forward=1"}}}} | 400 | unrecognised network interface sysctl
          """)
  void refused(String fields, int status, String message) {
    Http.Answer answer = create("cf-none", fields);
    assertThat(answer.body()).contains(message);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void namespacesOfOthers() {
    docker.ok("run", "-d", "--name", "cf-donor", "--ipc", "shareable", image, "sleep", "1000");
    assertThat(run("ps | grep -c 'sleep 100[0]'", "--pid", "container:cf-donor")).isEqualTo("1");
    docker.ok("exec", "cf-donor", "touch", "/dev/shm/mark");
    assertThat(run("ls /dev/shm", "--ipc", "container:cf-donor")).isEqualTo("mark");
    assertThat(
            run("ls /dev/shm 2>/dev/null | wc -l; df /dev/shm | grep -c shm", "--ipc", "private"))
        .isEqualTo("0\n1");
    docker.ok("run", "-d", "--name", "cf-alone", "--ipc", "private", image, "sleep", "1000");
    assertThat(failure("--ipc", "container:cf-alone")).contains("non-shareable IPC");
    String host = Command.sh("hostname").strip();
    assertThat(run("hostname", "--uts", "host")).isEqualTo(host);
    assertThat(run("readlink /proc/self/ns/pid", "--pid", "host"))
        .isEqualTo(Command.sh("readlink /proc/self/ns/pid").strip());
    assertThat(run("readlink /proc/self/ns/cgroup", "--cgroupns", "private"))
        .isNotEqualTo(Command.sh("readlink /proc/self/ns/cgroup").strip());
    assertThat(run("cat /proc/self/uid_map | xargs", "--userns", "host")).startsWith("0 0 ");
  }

  @Test
  void rights() throws IOException {
    assertThat(run("grep CapEff /proc/1/status", "--cap-drop", "ALL", "--cap-add", "chown"))
        .endsWith("0000000000000001");
    assertThat(run("grep NoNewPrivs /proc/1/status", "--security-opt", "no-new-privileges"))
        .endsWith("1");
    assertThat(run("grep ^Seccomp: /proc/1/status", "--security-opt", "seccomp=unconfined"))
        .endsWith("0");
    Path profile = Files.createTempFile("layerd-it", ".json");
    Files.writeString(
        profile,
        "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"mkdir\",\"mkdirat\"],"
            + "\"action\":\"SCMP_ACT_ERRNO\"}]}");
    assertThat(run("mkdir /q || echo no", "--security-opt", "seccomp=" + profile)).isEqualTo("no");
    Files.delete(profile);
    assertThat(run("touch /x 2>/dev/null || echo no; touch /dev/shm/x && echo yes", "--read-only"))
        .isEqualTo("no\nyes");
    assertThat(
            made(
                "cf-paths",
                "\"Cmd\":[\"sh\",\"-c\",\"wc -c </etc/group; touch /etc/passwd 2>/dev/null || echo no\"],"
                    + "\"HostConfig\":{\"MaskedPaths\":[\"/etc/group\"],\"ReadonlyPaths\":[\"/etc/passwd\"]}"))
        .isEqualTo("0\nno");
    assertThat(failure("--security-opt", "nope=1")).contains("invalid --security-opt 2");
  }

  @Test
  void limitsOfTheGroup() {
    String read = "for f in \"$@\"; do cat /sys/fs/cgroup/$f 2>/dev/null || true; done";
    String files =
        "set -- pids/pids.max pids.max cpuset/cpuset.cpus cpuset.cpus"
            + " memory/memory.limit_in_bytes memory.max; ";
    assertThat(
            run(
                files + read,
                "--pids-limit",
                "77",
                "--cpuset-cpus",
                "0",
                "-m",
                "64m",
                "--cgroupns",
                "private"))
        .isEqualTo("77\n0\n67108864");
    assertThat(run("cat /proc/self/oom_score_adj", "--oom-score-adj", "500")).isEqualTo("500");
    assertThat(
            run(
                "ulimit -n; ulimit -Hn; ulimit -c",
                "--ulimit",
                "nofile=100:200",
                "--ulimit",
                "core=0"))
        .isEqualTo("100\n200\n0");
    assertThat(run("df -k /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2", "--shm-size", "8m"))
        .isEqualTo("8192");
    assertThat(
            run(
                "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax",
                "--sysctl",
                "net.ipv4.ip_forward=1",
                "--sysctl",
                "kernel.shmmax=12345"))
        .isEqualTo("1\n12345");
    assertThat(failure("--device-read-bps", "/dev/nosuch:1mb")).contains("/dev/nosuch");
  }

  @Test
  void devices() {
    assertThat(
            run(
                "(exec 3</dev/x1) && echo read; (exec 3>/dev/x1) 2>/dev/null || echo no",
                "--device",
                "/dev/loop-control:/dev/x1:r"))
        .isEqualTo("read\nno");
    assertThat(
            run(
                "mknod /n b 7 0 && head -c 1 /n >/dev/null 2>&1 && echo read || echo not",
                "--device-cgroup-rule",
                "b 7:* m"))
        .isEqualTo("not");
    assertThat(failure("--device", "/dev/nosuch"))
        .contains("error gathering device information while adding custom device \"/dev/nosuch\"");
    assertThat(failure("--gpus", "all")).contains("could not select device driver");
    assertThat(failure("--device", "vendor.com/class=x"))
        .contains("CDI device injection failed: unresolvable CDI devices vendor.com/class=x");
  }

  @Test
  void readOnlyHoldsForWhatIsMountedBelow() {
    Path directory = engine.directory();
    Command.sh("mkdir %1$s/sub && mount -t tmpfs cf %1$s/sub".formatted(directory));
    try {
      String write = "touch /m/x 2>/dev/null || echo no; touch /m/sub/x 2>/dev/null || echo no";
      String mount = "type=bind,src=" + directory + ",dst=/m,readonly";
      assertThat(run(write, "--mount", mount)).isEqualTo("no\nno");
      assertThat(run(write, "-v", directory + ":/m:ro")).isEqualTo("no\nno");
      assertThat(
              run(write, "--mount", mount + ",bind-recursive=readonly,bind-propagation=rprivate"))
          .isEqualTo("no\nno");
      assertThat(run(write, "--mount", mount + ",bind-recursive=writable")).isEqualTo("no");
      assertThat(run("ls /m/sub", "--mount", mount + ",bind-recursive=disabled")).isEmpty();
      String file = "type=bind,src=/etc/hostname,dst=/fresh,readonly";
      assertThat(run("echo x 2>/dev/null >/fresh || echo no", "--mount", file)).isEqualTo("no");
    } finally {
      Command.sh("umount %1$s/sub; rm -r %1$s".formatted(directory));
    }
  }

  @Test
  void volumesAndTheirOptions() {
    docker.ok("run", "--rm", "-v", "cf-volume:/m", image, "mkdir", "-p", "/m/a/b");
    assertThat(run("ls /m", "--mount", "type=volume,src=cf-volume,dst=/m,volume-subpath=a"))
        .isEqualTo("b");
    assertThat(failure("--mount", "type=volume,src=cf-volume,dst=/m,volume-subpath=nope"))
        .contains("cannot access path", "no such file or directory");
    docker.ok("run", "--rm", "-v", "cf-volume:/m", image, "ln", "-s", "/etc", "/m/out");
    assertThat(failure("--mount", "type=volume,src=cf-volume,dst=/m,volume-subpath=out"))
        .contains("path concatenation escapes the base directory");
    // where both are asked for, the tmpfs is seen
    assertThat(run("ls /m", "--mount", "type=volume,src=cf-volume,dst=/m", "--tmpfs", "/m"))
        .isEmpty();
    assertThat(failure("-v", "cf-volume:/m", "--tmpfs", "/m"))
        .contains("Duplicate mount point: /m");
    docker.ok("volume", "rm", "cf-volume");
    assertThat(run("ls /etc", "--mount", "type=volume,src=cf-volume,dst=/etc,volume-nocopy"))
        .doesNotContain("passwd");
    assertThat(
            run(
                "mount | grep ' /m ' | grep -o 'size=1024k.*mode=700'; stat -c %a /m",
                "--mount", "type=tmpfs,dst=/m,tmpfs-size=1m,tmpfs-mode=0700"))
        .isEqualTo("size=1024k,mode=700\n700");
    docker.ok("create", "--name", "cf-source", "-v", "cf-volume:/v", image);
    assertThat(run("touch /v/x 2>/dev/null || echo no", "--volumes-from", "cf-source:ro"))
        .isEqualTo("no");
    docker.ok("create", "--name", "cf-from", "--volumes-from", "cf-source:ro", image);
    assertThat(docker.ok("inspect", "-f", "{{range .Mounts}}{{.Mode}}|{{.RW}}{{end}}", "cf-from"))
        .isEqualTo("|false");
  }

  @Test
  void imagesCanBeMounted() {
    String script = "ls /m; touch /m/x 2>/dev/null || echo no";
    docker.ok(
        "create",
        "--name",
        "cf-image",
        "--mount",
        "type=image,src=it-configured,dst=/m,image-subpath=srv",
        image,
        "sh",
        "-c",
        script);
    assertThat(docker.ok("start", "-a", "cf-image")).isEqualTo("seed\nwork\nno");
    assertThat(docker.ok("start", "-a", "cf-image")).isEqualTo("seed\nwork\nno");
    assertThat(
            docker.ok(
                "inspect", "-f", "{{range .Mounts}}{{.Type}} {{.Name}} {{.RW}}{{end}}", "cf-image"))
        .isEqualTo("image it-configured false");
    assertThat(failure("--mount", "type=image,src=it-configured,dst=/m,image-subpath=nope"))
        .contains("cannot access path", "no such file or directory");
  }

  @Test
  void endpoints() {
    docker.ok("network", "create", "--subnet", "10.223.77.0/24", "cf-net");
    String fields =
        "\"Cmd\":[\"sh\",\"-c\",\"cat /sys/class/net/foo0/address;"
            + " cat /proc/sys/net/ipv4/conf/foo0/log_martians; ip -o -4 a show foo0\"],"
            + "\"HostConfig\":{\"NetworkMode\":\"cf-net\"},\"NetworkingConfig\":{\"EndpointsConfig\":"
            + "{\"cf-net\":{\"MacAddress\":\"02:42:ac:11:00:19\",\"Aliases\":[\"other\"],"
            + "\"IPAMConfig\":{\"IPv4Address\":\"10.223.77.77\",\"LinkLocalIPs\":[\"169.254.7.7\"]},\"DriverOpts\":"
            + "{\"com.docker.network.endpoint.ifname\":\"foo0\","
            + "\"com.docker.network.endpoint.sysctls\":\"net.ipv4.conf.IFNAME.log_martians=1\"}}}}";
    assertThat(made("cf-end", fields))
        .startsWith("02:42:ac:11:00:19\n1\n")
        .contains("inet 10.223.77.77/24", "inet 169.254.7.7/16");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{json (index .NetworkSettings.Networks \"cf-net\").DNSNames}}",
                "cf-end"))
        .contains("\"cf-end\",\"other\"");
    String way =
        "\"Cmd\":[\"sh\",\"-c\",\"ip route | grep default\"],\"HostConfig\":{\"NetworkMode\":"
            + "\"bridge\"},\"NetworkingConfig\":{\"EndpointsConfig\":"
            + "{\"bridge\":{},\"cf-net\":{\"GwPriority\":5}}}";
    assertThat(made("cf-way", way)).contains("via 10.223.77.1");
  }

  @Test
  void checkpointsNeedAnExperimentalDaemon() {
    docker.ok("run", "-d", "--name", "cf-check", image, "sleep", "1000");
    assertThat(docker.run("checkpoint", "create", "cf-check", "one").err())
        .contains("experimental");
  }
}
