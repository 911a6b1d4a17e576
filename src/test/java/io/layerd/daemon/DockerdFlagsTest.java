package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;

/** Each flag that {@code dockerd --help} of 28.5 lists works, is warned of, or is refused. */
class DockerdFlagsTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void emptyFile() throws IOException {
    file = Files.writeString(directory.resolve("daemon.json"), "{}");
  }

  private DaemonConfig load(String... more) {
    List<String> words = new ArrayList<>(List.of("--config-file", file.toString()));
    words.addAll(List.of(more));
    return ConfigMerge.load(CommandLineParser.parse(words).flags());
  }

  /** Those that the documentation may name. */
  private static final Set<String> TESTS = tests();

  private static Set<String> tests() {
    try (Stream<Path> all = Files.walk(Path.of("src/test/java"))) {
      return all.map(path -> path.getFileName().toString()).collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> listed() throws IOException {
    try (var in = DockerdFlagsTest.class.getResourceAsStream("dockerd-flags.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.replaceFirst("^-., ", "").substring(2))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("listed")
  void everyFlagHasAFate(String line) throws IOException {
    String name = line.split(" ", -1)[0];
    Set<String> known =
        CommandLineParser.commandLine(new DaemonFlags()).getCommandSpec().options().stream()
            .map(OptionSpec::longestName)
            .collect(Collectors.toSet());
    assertThat(known).contains("--" + name);
    DockerdFlags.Flag flag = DockerdFlags.ALL.get(name);
    if (flag != null && flag.isSwitch()) {
      String other = "--" + name + "=" + (flag.usual().equals("true") ? "0" : "1");
      assertThat(load("--" + name + "=" + flag.usual()).warnings()).isEmpty();
      if (flag.fate() == DockerdFlags.Fate.REFUSED) {
        assertThatThrownBy(() -> load(other))
            .hasMessageContaining("layerd does not support --" + name);
      } else if (flag.fate() == DockerdFlags.Fate.WORKS) {
        assertThat(load(other).warnings()).isEmpty();
      } else {
        assertThat(load(other).warnings()).containsExactly("layerd does not act on --" + name);
      }
    }
    String row =
        Files.readString(Path.of("docs/daemon-json.md"))
            .lines()
            .filter(one -> one.startsWith("| `--" + name + "` |"))
            .findFirst()
            .orElseThrow();
    if (flag != null) {
      assertThat(row).contains("| " + flag.fate().name().toLowerCase(Locale.ROOT) + " |");
    }
    for (String test : row.replaceFirst(".*\\|(.*)\\|$", "$1").split("`", -1)) {
      if (test.matches("\\w+(IT|Test)")) {
        assertThat(TESTS).contains(test + ".java");
      }
    }
  }

  @Test
  void aProtectionThatIsNotThereIsNoFlag() {
    assertThatThrownBy(() -> load("--rootless"))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("layerd does not support --rootless");
  }

  @Test
  void theSameGoesForKeys() throws IOException {
    Files.writeString(file, "{\"rootless\": true}");
    assertThatThrownBy(() -> load()).hasMessageContaining("layerd does not support \"rootless\"");
    Files.writeString(file, "{\"icc\": true, \"rootless\": false}");
    assertThat(load().hosts()).isNotEmpty();
    Files.writeString(file, "{\"builder\": {\"gc\": {\"enabled\": true}}}");
    assertThat(load().warnings())
        .containsExactly("layerd does not act on \"builder\" in the configuration file");
  }

  @Test
  void poolsRuntimesAndParentsAreTaken() throws IOException {
    EngineOptions flags =
        load(
                "--default-address-pool=base=10.9.0.0/16,size=24",
                "--add-runtime=other=/usr/bin/crun",
                "--cgroup-parent=/mine",
                "--init-path=/sbin/tini")
            .engine();
    Files.writeString(
        file,
        """
        {"default-address-pools": [{"base": "10.9.0.0/16", "size": 24}],
         "runtimes": {"other": {"path": "/usr/bin/crun"}},
         "cgroup-parent": "/mine", "init-path": "/sbin/tini"}
        """);
    assertThat(load().engine()).isEqualTo(flags);
    assertThat(load().warnings()).isEmpty();
    assertThat(flags.pools().getFirst().base()).isEqualTo("10.9.0.0/16");
    assertThatThrownBy(() -> load("--cgroup-parent=/x"))
        .hasMessageContaining("cgroup-parent: (from flag: /x, from file: /mine)");
    Files.writeString(file, "{}");
    assertThatThrownBy(() -> load("--add-runtime=runc=/x")).hasMessageContaining("reserved");
    assertThatThrownBy(() -> load("--default-address-pool=base=10.9.0.0/16"))
        .hasMessageContaining("invalid pool size");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--default-ulimit=nofile=5:2 | ulimit soft limit must be less than or equal to hard limit: 5 > 2",
        "--default-ulimit=nofile | invalid ulimit argument: nofile",
        "--default-ulimit=foo=1 | invalid ulimit type: foo",
        "--default-shm-size=x | invalid argument \"x\" for \"--default-shm-size\" flag: invalid size: 'x'",
        "--default-ipc-mode=x | default IPC mode setting (x) is invalid",
        "--default-cgroupns-mode=x | invalid default cgroup namespace (x)",
        "--log-format=x | invalid log format: x",
        "--feature=a=x | strconv.ParseBool: parsing \"x\": invalid syntax",
        "--add-runtime=x | invalid runtime argument: x",
        "--default-gateway=x | invalid argument \"x\" for \"--default-gateway\" flag: failed to parse IP: \"x\"",
        "--fixed-cidr-v6=x | invalid fixed-cidr-v6: invalid fixed-cidr-v6: netip.ParsePrefix(\"x\"): no '/'",
        "--fixed-cidr-v6=10.0.0.0/8 | invalid fixed-cidr-v6: invalid fixed-cidr-v6: '10.0.0.0/8' is not a valid IPv6 subnet",
        "--exec-opt=x | invalid exec-opt (x): must be formatted 'opt=value'",
        "--exec-opt=foo=bar | invalid exec-opt (foo=bar): unknown option: 'foo'",
      })
  void valuesThatMakeNoSenseAreRefusedInDockersWords(String flag, String why) {
    assertThatThrownBy(() -> load(flag))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"log-opts\":{\"x\":\"y\"}} | failed to set log opts: failed to set log opts: unknown log opt 'x' for json-file log driver",
        "{\"log-driver\":\"nope\",\"log-opts\":{\"a\":\"b\"}} | failed to set log opts: failed to set log opts: error looking up logging plugin nope: plugin \"nope\" not found",
        "{\"default-runtime\":\"nope\"} | specified default runtime 'nope' does not exist",
        "{\"runtimes\":{\"runc\":{\"path\":\"/x\"}}} | runtime name 'runc' is reserved",
        "{\"runtimes\":{\"a\":{}}} | runtime a: either a runtimeType or a path must be configured",
        "{\"runtimes\":{\"a\":{\"path\":\"/x\",\"runtimeType\":\"y\"}}} | runtime a: cannot configure both path and runtimeType for the same runtime",
        "{\"runtimes\":{\"a\":{\"runtimeType\":\"y\",\"runtimeArgs\":[\"a\"]}}} | runtime a: args cannot be used with a runtimeType runtime",
        "{\"runtimes\":{\"a\":{\"runtimeType\":\"y\"}}} | layerd does not support runtime a: it starts no containerd shim (y), only programs that work as runc does",
        "{\"exec-opts\":[\"native.cgroupdriver=xx\"]} | native.cgroupdriver option xx not supported",
        "{\"exec-opts\":[\"native.cgroupdriver=systemd\"]} | layerd does not support native.cgroupdriver=systemd: it makes control groups itself (cgroupfs)",
      })
  void aStartFindsWhatValidateDoesNot(String json, String why) throws IOException {
    Files.writeString(file, json);
    DaemonConfig config = load();
    assertThatThrownBy(() -> StartChecks.check(config))
        .isInstanceOf(StartupFailure.class)
        .hasMessage(why);
  }

  /** As with dockerd: no container can be made then, unless it names another driver. */
  @Test
  void aLogDriverThatIsNotThereIsNoReasonNotToStart() {
    StartChecks.check(load("--log-driver=nope"));
  }

  @Test
  void forwardingIsLeftToOthersOnlyWhereTheHostForwards() throws IOException {
    Path off = Files.writeString(directory.resolve("off"), "0\n");
    Path on = Files.writeString(directory.resolve("on"), "1\n");
    StartChecks.forwarding(false, on);
    StartChecks.forwarding(true, off);
    assertThatThrownBy(() -> StartChecks.forwarding(false, off))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("does not support ip-forward=false");
    assertThat(load("--ip-forward=false").engine().forwarding()).isFalse();
  }

  @Test
  void choicesForBridgesAreTheSameInFlagsAndFile() throws IOException {
    String[] flags = {
      "--ip=127.0.0.1",
      "--icc=false",
      "--ip-masq=false",
      "--fixed-cidr=10.1.2.0/24",
      "--default-gateway=10.1.2.9",
      "--ipv6",
      "--bip6=fd00:1::1/64",
      "--fixed-cidr-v6=fd00:1::/80",
      "--default-gateway-v6=fd00:1::9",
      "--iptables=false",
      "--userland-proxy=false",
      "--default-network-opt=bridge=a.b=c=d",
      "--host-gateway-ip=1.2.3.4",
      "--host-gateway-ip=fd00::7"
    };
    EngineOptions given = load(flags).engine();
    Files.writeString(
        file,
        """
        {"ip": "127.0.0.1", "icc": false, "ip-masq": false, "fixed-cidr": "10.1.2.0/24",
         "default-gateway": "10.1.2.9", "ipv6": true, "bip6": "fd00:1::1/64",
         "fixed-cidr-v6": "fd00:1::/80", "default-gateway-v6": "fd00:1::9", "iptables": false,
         "userland-proxy": false, "default-network-opts": {"bridge": {"a.b": "c=d"}},
         "host-gateway-ips": ["1.2.3.4", "fd00::7"]}
        """);
    assertThat(load().engine()).isEqualTo(given);
    assertThat(given.bridges().networkOptions()).isEqualTo(Map.of("bridge", Map.of("a.b", "c=d")));
    Files.writeString(file, "{\"host-gateway-ips\": [\"1.2.3.4\", \"1.2.3.5\"]}");
    assertThatThrownBy(() -> load())
        .hasMessageContaining("only one IPv4 host gateway IP address can be specified");
  }

  @Test
  void aFeatureThatIsTurnedOnIsWarnedOf() {
    assertThat(load("--feature=a=false", "--feature=b").warnings())
        .containsExactly("layerd does not have the feature \"b\"");
  }

  @Test
  void proxiesAreDirectivesInADirective() throws IOException {
    Map<String, String> expected =
        Map.of("HTTP_PROXY", "http://a:1", "HTTPS_PROXY", "http://b:2", "NO_PROXY", "c,d");
    assertThat(
            load("--http-proxy=http://a:1", "--https-proxy=http://b:2", "--no-proxy=c,d")
                .engine()
                .proxies())
        .isEqualTo(expected);
    Files.writeString(
        file,
        """
        {"proxies": {"http-proxy": "http://a:1", "https-proxy": "http://b:2", "no-proxy": "c,d"}}
        """);
    assertThat(load().engine().proxies()).isEqualTo(expected);
    assertThat(load().warnings()).isEmpty();
    assertThatThrownBy(() -> load("--http-proxy=x"))
        .hasMessageContaining("http-proxy: (from flag: x, from file: http://a:1)");
    Files.writeString(file, "{\"http-proxy\": \"http://a:1\"}");
    assertThat(load().engine().proxies()).isEmpty();
    assertThat(load().warnings())
        .containsExactly("layerd does not act on \"http-proxy\" in the configuration file");
    Files.writeString(file, "{\"proxies\": {\"x\": \"y\"}}");
    assertThatThrownBy(() -> load())
        .hasMessageContaining("don't match any configuration option: x");
    Files.writeString(file, "{\"proxies\": {\"http-proxy\": 1}}");
    assertThatThrownBy(() -> load())
        .hasMessageContaining(
            "json: cannot unmarshal number into Go struct field Config.proxies.http-proxy of type"
                + " string");
  }

  @Test
  void aSeccompProfileIsReadAtTheStart() throws IOException {
    Path profile = directory.resolve("profile.json");
    ContainerChoices choices = load("--seccomp-profile=" + profile).engine().containers();
    assertThatThrownBy(choices::read)
        .hasMessage(
            "opening seccomp profile (%1$s) failed: open %1$s: no such file or directory"
                .formatted(profile));
    Files.writeString(profile, "{}");
    assertThat(choices.read().seccomp()).isEqualTo("{}");
    assertThat(choices.read().seccompName()).isEqualTo(profile.toString());
    assertThat(load("--seccomp-profile=unconfined").engine().containers().read().seccomp())
        .isEqualTo("unconfined");
  }

  @ParameterizedTest
  @CsvSource({"1,true", "t,true", "TRUE,true", "0,false", "F,false", "False,false"})
  void switchesHaveGosSpellings(String text, boolean on) {
    assertThat(CommandLineParser.parse(List.of("--debug=" + text)).flags().debug).isEqualTo(on);
    assertThatThrownBy(() -> CommandLineParser.parse(List.of("--debug=" + text + "x")))
        .hasMessageContaining("strconv.ParseBool: parsing \"" + text + "x\": invalid syntax");
  }
}
