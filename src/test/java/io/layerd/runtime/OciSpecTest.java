package io.layerd.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.ProcessIo;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.security.AppArmor;
import io.layerd.security.Labels;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import io.layerd.sys.Sys;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Specs against those a real dockerd 28.5 wrote for the same requests. The recording holds one
 * whole spec, and for every other case what differs from it.
 */
class OciSpecTest {
  private static final HostMounts SHARED_ROOT =
      HostMounts.parse(List.of("1 0 8:1 / / rw shared:1 - ext4 /dev/sda rw"));

  /** The recording host had all capabilities but CAP_SYS_RESOURCE. */
  private static final Capabilities CAPABILITIES = Capabilities.ofMask(~(1L << 24));

  @TempDir static Path rootfs;

  @BeforeAll
  static void users() throws Exception {
    Files.createDirectories(rootfs.resolve("etc"));
    Files.writeString(
        rootfs.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/sh\n");
  }

  @TestFactory
  Stream<DynamicTest> asDockerdWritesThem() throws Exception {
    JsonNode recording;
    try (InputStream in = OciSpecTest.class.getResourceAsStream("dockerd-specs.json")) {
      recording = SpecJson.MAPPER.readTree(requireNonNull(in));
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode test : recording.path("cases")) {
      JsonNode expected = merge(recording.path("base"), test.path("expected"));
      JsonNode host = merge(recording.path("host"), test.path("host"));
      tests.add(
          DynamicTest.dynamicTest(
              test.path("name").asText(),
              () -> {
                ObjectNode spec = spec(test.path("config"), host, expected);
                allByAbsence(expected);
                assertThat(normal(spec)).isEqualTo(expected);
              }));
    }
    return tests.stream();
  }

  private static ObjectNode spec(JsonNode config, JsonNode hostTree, JsonNode expected) {
    HostConfig host = SpecJson.read(hostTree, HostConfig.class);
    List<BindMount> binds = new ArrayList<>();
    for (JsonNode mount : expected.path("mounts")) {
      String destination = mount.path("destination").asText();
      boolean ours =
          destination.equals(SpecMounts.INIT)
              || mount.path("source").asText().equals("/dev/shm")
              || !mount.path("type").asText().equals("bind");
      if (!ours) {
        List<String> options = new ArrayList<>();
        mount.path("options").forEach(option -> options.add(option.asText()));
        binds.add(new BindMount("bind", mount.path("source").asText(), destination, options));
      }
    }
    boolean hostNetwork = host.networkMode().equals("host");
    boolean joined = host.networkMode().startsWith("container:");
    String directory = config.path("WorkingDir").asText("");
    LaunchRequest request =
        new LaunchRequest(
            "ID",
            config.has("Cmd")
                ? List.of(config.path("Cmd").get(0).asText())
                : List.of("sleep", "100"),
            List.of("A=1"),
            config.path("User").asText(""),
            directory,
            expected.path("hostname").asText("H"),
            config.path("Domainname").asText(""),
            rootfs,
            binds,
            joined ? Path.of("/proc/42/ns/net") : null,
            null,
            hostNetwork,
            Map.of("pid", 42, "ipc", 42),
            Labels.NONE,
            host,
            Map.of(),
            new ProcessIo(config.path("Tty").asBoolean(), false, false, null));
    Path init = ContainerDefaults.USUAL.wantsInit(host) ? Path.of("/init") : null;
    return new OciSpec(
            Sys.host(),
            request,
            CAPABILITIES,
            ContainerDefaults.USUAL,
            AppArmor.of(Path.of("/nowhere"), (_, _) -> {}),
            false,
            init,
            Remap.NONE,
            () -> SHARED_ROOT)
        .toSpec(OciSpec.cgroupsPath(host, "/docker", "ID"));
  }

  // dockerd says -1 where all minor numbers are meant, which crun does not take.
  private static void allByAbsence(JsonNode expected) {
    for (JsonNode rule : expected.at("/linux/resources/devices")) {
      if (rule.path("minor").asInt() == -1) {
        ((ObjectNode) rule).remove("minor");
      }
    }
  }

  // What was left out of the recording, and what depends on the host.
  private static JsonNode normal(ObjectNode spec) throws Exception {
    spec.remove("ociVersion");
    ((ObjectNode) spec.path("root")).put("path", "/rootfs");
    ObjectNode process = (ObjectNode) spec.path("process");
    process.remove("env");
    process.set("capabilities", process.path("capabilities").path("bounding"));
    ObjectNode linux = (ObjectNode) spec.path("linux");
    linux.remove("seccomp");
    ArrayNode devices = (ArrayNode) linux.get("devices");
    if (devices != null && devices.size() > 10) {
      linux.put("devices", "all");
    }
    // Numbers of one kind, as they come from a file.
    return SpecJson.MAPPER.readTree(SpecJson.MAPPER.writeValueAsBytes(spec));
  }

  // RFC 7396.
  private static JsonNode merge(JsonNode target, JsonNode patch) {
    if (!patch.isObject()) {
      return patch;
    }
    ObjectNode result =
        target.isObject() ? ((ObjectNode) target).deepCopy() : SpecJson.MAPPER.createObjectNode();
    patch
        .properties()
        .forEach(
            field -> {
              if (field.getValue().isNull()) {
                result.remove(field.getKey());
              } else {
                result.set(field.getKey(), merge(result.path(field.getKey()), field.getValue()));
              }
            });
    return result;
  }

  @Test
  void devicesAndThrottlesOfTheHost() {
    HostConfig host =
        Hosts.of(
            "{'Devices':[{'PathOnHost':'/dev/zero','PathInContainer':'/dev/z',"
                + "'CgroupPermissions':'r'}],'DeviceCgroupRules':['b 8:* rw'],"
                + "'BlkioDeviceReadBps':[{'Path':'/dev/zero','Rate':10}]}");
    SpecDevices devices = new SpecDevices(Sys.host(), host);
    assertThat(devices.devices().get(0).path("path").asText()).isEqualTo("/dev/z");
    JsonNode rules = devices.rules();
    assertThat(rules.get(rules.size() - 2).toString())
        .isEqualTo("{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":5,\"access\":\"r\"}");
    assertThat(rules.get(rules.size() - 1).toString())
        .isEqualTo("{\"allow\":true,\"type\":\"b\",\"major\":8,\"access\":\"rw\"}");
    assertThat(
            new SpecResources(Sys.host(), false, host)
                .toSpec(devices.rules())
                .path("blockIO")
                .toString())
        .isEqualTo("{\"throttleReadBpsDevice\":[{\"major\":1,\"minor\":5,\"rate\":10}]}");
  }

  @Test
  void whatCannotBeIsRefusedInDockersWords() {
    refused(
        "{'Devices':[{'PathOnHost':'/dev/nonexist'}]}",
        "error gathering device information while adding custom device \"/dev/nonexist\": no such"
            + " file or directory");
    refused(
        "{'Devices':[{'PathOnHost':'/etc/passwd'}]}",
        "error gathering device information while adding custom device \"/etc/passwd\": not a"
            + " device node");
    refused("{'DeviceCgroupRules':['x 1']}", "invalid device cgroup rule format: 'x 1'");
    refused(
        "{'DeviceRequests':[{'Driver':'','Count':-1,'Capabilities':[['gpu']]}]}",
        "could not select device driver \"\" with capabilities: [[gpu]]");
    refused(
        "{'BlkioDeviceReadBps':[{'Path':'/dev/nope','Rate':100}]}",
        "stat /dev/nope: no such file or directory");
    refused("{'Tmpfs':{'/run':'foo'}}", "invalid tmpfs option \"foo\"");
    refused("{'SecurityOpt':['foo']}", "invalid --security-opt 1: \"foo\"");
    refused("{'SecurityOpt':['foo=bar']}", "invalid --security-opt 2: \"foo=bar\"");
    refused(
        "{'SecurityOpt':['no-new-privileges=xx']}",
        "invalid --security-opt 2: \"no-new-privileges=xx\"");
    assertThatThrownBy(() -> of("{'SecurityOpt':['seccomp=/nope']}"))
        .hasMessageStartingWith("Decoding seccomp profile failed: ");
    refused(
        "{'GroupAdd':['nope']}", "unable to find group nope: no matching entries in group file");
  }

  @Test
  void profilesAndLabelsAreInTheSpec(@TempDir Path root) throws Exception {
    Files.createDirectories(root.resolve("sys/module/apparmor/parameters"));
    Files.createDirectories(root.resolve("sys/kernel/security/apparmor"));
    Files.writeString(root.resolve("sys/module/apparmor/parameters/enabled"), "Y");
    Files.writeString(
        root.resolve("sys/kernel/security/apparmor/profiles"), "docker-default (enforce)");
    AppArmor appArmor = AppArmor.of(root, (_, _) -> {});
    ObjectNode spec = of("{}", appArmor, new Labels("u:r:t:s0:c1,c2", "u:o:f:s0:c1,c2"));
    assertThat(spec.at("/process/apparmorProfile").asText()).isEqualTo("docker-default");
    assertThat(spec.at("/process/selinuxLabel").asText()).isEqualTo("u:r:t:s0:c1,c2");
    assertThat(spec.at("/linux/mountLabel").asText()).isEqualTo("u:o:f:s0:c1,c2");
    ObjectNode other = of("{\"SecurityOpt\":[\"apparmor=mine\"]}", appArmor, Labels.NONE);
    assertThat(other.at("/process/apparmorProfile").asText()).isEqualTo("mine");
    assertThat(other.path("process").has("selinuxLabel")).isFalse();
    assertThat(of("{}").path("process").has("apparmorProfile")).isFalse();
  }

  private static void refused(String host, String message) {
    assertThatThrownBy(() -> of(host)).isInstanceOf(SystemFailure.class).hasMessage(message);
  }

  private static ObjectNode of(String host) {
    return of(host, AppArmor.of(Path.of("/nowhere"), (_, _) -> {}), Labels.NONE);
  }

  private static ObjectNode of(String host, AppArmor appArmor, Labels labels) {
    LaunchRequest request =
        new LaunchRequest(
            "ID",
            List.of("true"),
            List.of(),
            "",
            "",
            "H",
            "",
            Path.of("/rootfs"),
            List.of(),
            null,
            null,
            false,
            Map.of(),
            labels,
            Hosts.of(host),
            Map.of(),
            new ProcessIo(false, false, false, null));
    return new OciSpec(
            Sys.host(),
            request,
            CAPABILITIES,
            ContainerDefaults.USUAL,
            appArmor,
            false,
            null,
            Remap.NONE,
            () -> SHARED_ROOT)
        .toSpec("/docker/ID");
  }

  @Test
  void cgroupVersionTwo() {
    HostConfig host = Hosts.of("{'Memory':10000000,'MemorySwappiness':10,'OomKillDisable':true}");
    assertThat(
            new SpecResources(Sys.host(), true, host)
                .toSpec(SpecJson.MAPPER.createArrayNode())
                .path("memory")
                .toString())
        .isEqualTo("{\"limit\":10000000}");
  }
}
