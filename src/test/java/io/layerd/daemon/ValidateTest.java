package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What dockerd 28.5 says of the same files. */
class ValidateTest {
  private static final String PREFIX = "unable to configure the Docker daemon with file ";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "\ufeff{}",
        "{\"data-root\":\"/x\",\"bip\":\"x\",\"shutdown-timeout\":-5}",
        "{\"default-runtime\":\"nope\",\"storage-driver\":\"nonsense\"}",
        "{\"metrics-addr\":\"nonsense\",\"storage-opts\":[\"a\"]}",
        "{\"runtimes\":{\"foo\":{}},\"exec-opts\":[\"native.cgroupdriver=zzz\"]}",
        "{\"log-opts\":{\"a\":\"b\"},\"log-driver\":\"zzz\",\"log-format\":\"json\"}",
        "{\"features\":{\"foo\":true},\"http-proxy\":1.5,\"icc\":null}",
        "{\"default-shm-size\":\"64MiB\",\"default-ulimits\":{\"nofile\":{\"Hard\":5}}}",
        "{\"default-cgroupns-mode\":\"private\",\"default-ipc-mode\":\"shareable\"}",
      })
  void good(String json) throws IOException {
    assertThat(load(json).mtu()).isEqualTo(1500);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"mtu\":-1} | invalid default MTU: -1",
        "{\"log-level\":\"foo\"} | invalid logging level: foo",
        "{\"labels\":[\"a\"]} | bad attribute format: a",
        "{\"max-concurrent-downloads\":-3} | invalid max concurrent downloads: -3",
        "{\"log-format\":\"zzz\"} | invalid log format: zzz",
        "{\"default-cgroupns-mode\":\"zz\"} | invalid default cgroup namespace (zz): use \"host\" or \"private\"",
        "{\"default-ipc-mode\":\"zz\"} | default IPC mode setting (zz) is invalid; use \"shareable\" or \"private\"",
      })
  void valuesThatMakeNoSense(String json, String reason) {
    assertThatThrownBy(() -> load(json))
        .hasMessage(
            PREFIX
                + file()
                + ": merged configuration validation from file and command line flags failed: "
                + reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"debug\": | unexpected end of JSON input",
        "nul | unexpected end of JSON input",
        "{\"debug\":true}{\"a\":1} | invalid character '{' after top-level value",
        "{\"a\":1}x | invalid character 'x' after top-level value",
        "{\"debug\":true}, | invalid character ',' after top-level value",
        "{} 1 | invalid character '1' after top-level value",
        "x | invalid character 'x' looking for beginning of value",
        "{\"debug\":} | invalid character '}' looking for beginning of value",
        "{\"a\" 1} | invalid character '1' after object key",
        "{'a':1} | invalid character '\\'' looking for beginning of object key string",
        "{\"debug\":tru} | invalid character '}' in literal true (expecting 'e')",
        "{\"a\":01} | invalid character '1' after object key:value pair",
        "{\"debug\":true,} | invalid character '}' looking for beginning of object key string",
        "{\"hosts\":[1 2]} | invalid character '2' after array element",
        "{\"a\":-x} | invalid character 'x' in numeric literal",
        "{\"a\":\"\\x\"} | invalid character 'x' in string escape code",
        "\"x\" | json: cannot unmarshal string into Go value of type map[string]interface {}",
        "5 | json: cannot unmarshal number into Go value of type map[string]interface {}",
        "[] | json: cannot unmarshal array into Go value of type map[string]interface {}",
        "{\"group\":1.5} | json: cannot unmarshal number into Go struct field Config.group of type string",
        "{\"mtu\":1.5} | json: cannot unmarshal number 1.5 into Go struct field Config.mtu of type int",
        "{\"cpu-rt-period\":1.5} | json: cannot unmarshal number 1.5 into Go struct field Config.cpu-rt-period of type int64",
        "{\"icc\":1.5} | json: cannot unmarshal number into Go struct field Config.icc of type bool",
        "{\"exec-opts\":1.5} | json: cannot unmarshal number into Go struct field Config.exec-opts of type []string",
        "{\"log-opts\":1.5} | json: cannot unmarshal number into Go struct field Config.log-opts of type map[string]string",
        "{\"builder\":1.5} | json: cannot unmarshal number into Go struct field Config.builder of type config.BuilderConfig",
        "{\"ip\":1.5} | json: cannot unmarshal number into Go struct field Config.ip of type net.IP: JSON value must be string type",
        "{\"default-ulimits\":{\"nofile\":5}} | json: cannot unmarshal number into Go struct field Config.default-ulimits.nofile of type units.Ulimit",
        "{\"default-shm-size\":\"zz\"} | invalid size: 'zz'",
        "{\"host-gateway-ip\":\"zz\"} | invalid IP address: zz",
      })
  void notWhatTheFileShouldHold(String json, String reason) {
    assertThatThrownBy(() -> load(json)).hasMessage(PREFIX + file() + ": invalid JSON: " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"min-api-version", "oom-score-adjust", "cluster-store", "unknown-key"})
  void unknownDirectives(String name) {
    assertThatThrownBy(() -> load("{\"" + name + "\":5}"))
        .hasMessage(
            PREFIX
                + file()
                + ": the following directives don't match any configuration option: "
                + name);
  }

  @Test
  void aConflictIsToldBeforeAWrongType() {
    assertThatThrownBy(() -> load("{\"debug\":\"yes\"}", "-D"))
        .hasMessage(
            PREFIX
                + file()
                + ": the following directives are specified both as a flag and in the configuration"
                + " file: debug: (from flag: true, from file: yes)");
  }

  @Test
  void filesThatAreNone() {
    assertThatThrownBy(() -> config("--config-file", directory.toString()))
        .hasMessage(PREFIX + directory + ": read " + directory + ": is a directory");
    Path none = directory.resolve("none.json");
    assertThatThrownBy(() -> config("--config-file", none.toString()))
        .hasMessage(PREFIX + none + ": open " + none + ": no such file or directory");
    assertThat(config("--config-file", "").mtu()).isEqualTo(1500);
  }

  private Path file() {
    return directory.resolve("daemon.json");
  }

  private DaemonConfig load(String json, String... flags) throws IOException {
    Files.writeString(file(), json);
    String[] all = java.util.Arrays.copyOf(flags, flags.length + 2);
    all[flags.length] = "--config-file";
    all[flags.length + 1] = file().toString();
    return config(all);
  }

  private static DaemonConfig config(String... flags) {
    return ConfigMerge.load(CommandLineParser.parse(List.of(flags)).flags());
  }
}
