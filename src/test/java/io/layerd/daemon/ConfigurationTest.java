package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
  @TempDir Path directory;

  @Test
  void withoutAnythingItIsDockersDefaults() throws IOException {
    DaemonConfig config = load("{}");
    assertThat(config.hosts())
        .containsExactly(new HostAddress.Unix(Path.of("/var/run/docker.sock")));
    assertThat(config.dataRoot()).isEqualTo(Path.of("/var/lib/docker"));
    assertThat(config.execRoot()).isEqualTo(Path.of("/var/run/docker"));
    assertThat(config.pidfile()).isEqualTo(Path.of("/var/run/docker.pid"));
    assertThat(config.maxConcurrentDownloads()).isEqualTo(3);
    assertThat(config.maxDownloadAttempts()).isEqualTo(5);
    assertThat(config.mtu()).isEqualTo(1500);
    assertThat(config.bridge()).isEqualTo("docker0");
    assertThat(config.logLevel()).isEqualTo("info");
  }

  @Test
  void flagsAndFileAddUp() throws IOException {
    DaemonConfig config =
        load(
            "{\"insecure-registries\":[\"10.0.0.0/8\"],\"debug\":true,\"cpu-rt-period\":5}",
            "-H",
            "unix:///x.sock",
            "--host=tcp://127.0.0.1:1234",
            "-H",
            "unix:///x.sock",
            "-H",
            "fd://api",
            "-l",
            "warn",
            "--label",
            "a=b",
            "--tls=false");
    assertThat(config.hosts())
        .containsExactly(
            new HostAddress.Activated("api"),
            new HostAddress.Tcp("127.0.0.1", 1234),
            new HostAddress.Unix(Path.of("/x.sock")));
    assertThat(config.debug()).isTrue();
    assertThat(config.insecureRegistries()).containsExactly("10.0.0.0/8");
    assertThat(config.labels()).containsExactly("a=b");
    assertThat(config.tls()).isEqualTo(new TlsChoice(null, true));
    assertThat(config.engine().experimental()).isFalse();
    assertThat(config.warnings())
        .containsExactly("layerd does not act on \"cpu-rt-period\" in the configuration file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"debug\": tru | invalid JSON: unexpected end of JSON input",
        "{\"debug\": | invalid JSON: unexpected end of JSON input",
        "{\"nope\":1,\"alsono\":2} | the following directives don't match any configuration option: alsono, nope",
        "[1] | invalid JSON: json: cannot unmarshal array into Go value of type map[string]interface {}",
        "{\"debug\":\"yes\"} | invalid JSON: json: cannot unmarshal string into Go struct field Config.debug of type bool",
        "{\"mtu\":\"x\"} | invalid JSON: json: cannot unmarshal string into Go struct field Config.mtu of type int",
        "{\"log-level\":\"loud\"} | merged configuration validation from file and command line flags failed: invalid logging level: loud",
        "{\"registry-mirrors\":[\"foo\"]} | merged configuration validation from file and command line flags failed: invalid mirror: no scheme specified for \"foo\": must use either 'https://' or 'http://'",
        "{\"dns\":[\"nope\"]} | invalid JSON: invalid IP address: nope",
        "{\"labels\":[\"a\"]} | merged configuration validation from file and command line flags failed: bad attribute format: a",
        "{\"max-concurrent-downloads\":-1} | merged configuration validation from file and command line flags failed: invalid max concurrent downloads: -1",
        "{\"tlsverify\":\"x\"} | invalid JSON: json: cannot unmarshal string into Go struct field Config.tlsverify of type bool",
      })
  void aFileThatMakesNoSenseIsRefusedInDockersWords(String json, String message)
      throws IOException {
    Path file = file(json);
    assertThatThrownBy(() -> ConfigMerge.load(flags(file)))
        .isInstanceOf(StartupFailure.class)
        .hasMessage("unable to configure the Docker daemon with file " + file + ": " + message);
  }

  @Test
  void whatIsInBothIsAnError() throws IOException {
    Path file = file("{\"hosts\":[\"unix:///x.sock\"],\"debug\":true,\"labels\":[\"a=b\"]}");
    assertThatThrownBy(
            () -> ConfigMerge.load(flags(file, "-H", "unix:///y.sock", "-D", "--label", "c=d")))
        .hasMessage(
            "unable to configure the Docker daemon with file "
                + file
                + ": the following directives are specified both as a flag and in the configuration"
                + " file: debug: (from flag: true, from file: true), hosts: (from flag:"
                + " [unix:///y.sock], from file: [unix:///x.sock]), labels: (from flag: [c=d], from"
                + " file: [a=b])");
  }

  @Test
  void anEmptyFileIsFineAMissingOneOnlyIfNotAskedFor() throws IOException {
    assertThat(load("").debug()).isFalse();
    Path missing = directory.resolve("missing.json");
    assertThatThrownBy(() -> ConfigMerge.load(flags(missing)))
        .hasMessage(
            "unable to configure the Docker daemon with file "
                + missing
                + ": open "
                + missing
                + ": no such file or directory");
    assertThat(ConfigFile.read(missing, false)).isEmpty();
  }

  @Test
  void byteOrderMarksAreTolerated() throws IOException {
    Path file = directory.resolve("bom.json");
    Files.write(file, "\ufeff{\"debug\":true}".getBytes(StandardCharsets.UTF_8));
    assertThat(ConfigMerge.load(flags(file)).debug()).isTrue();
    Files.write(file, "\ufeff{\"debug\":true}".getBytes(StandardCharsets.UTF_16LE));
    assertThat(ConfigMerge.load(flags(file)).debug()).isTrue();
    Files.write(file, new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
    assertThatThrownBy(() -> ConfigMerge.load(flags(file))).hasMessageContaining("not UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--nope | unknown flag: --nope",
        "-H ftp://x | invalid argument \"ftp://x\" for \"-H, --host\" flag: invalid bind address (ftp://x): unsupported proto 'ftp'",
        "--dns bad | invalid argument \"bad\" for \"--dns\" flag: invalid string being converted to IP address: bad",
        "--mtu x | invalid argument \"x\" for \"--mtu\" flag: strconv.ParseInt: parsing \"x\": invalid syntax",
        "--registry-mirror foo | invalid argument \"foo\" for \"--registry-mirror\" flag: invalid mirror: no scheme specified for \"foo\": must use either 'https://' or 'http://'",
      })
  void flagsThatMakeNoSenseAreRefused(String line, String message) {
    assertThatThrownBy(() -> CommandLineParser.parse(List.of(line.split(" "))))
        .isInstanceOf(StartupFailure.class)
        .hasMessage("Status: " + message + "\nSee 'layerd --help'.");
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://,localhost:2375",
    "tcp://:2376,localhost:2376",
    "tcp://0.0.0.0,0.0.0.0:2375",
    "127.0.0.1:99,127.0.0.1:99",
    "tcp://[::1]:5,[::1]:5",
    "unix://,/var/run/docker.sock",
    "unix:///a/b,/a/b"
  })
  void hostsAreReadAsDockerdReadsThem(String text, String address) {
    assertThat(HostAddress.parse(text)).hasToString(address);
  }

  private DaemonConfig load(String json, String... args) throws IOException {
    return ConfigMerge.load(flags(file(json), args));
  }

  private static DaemonFlags flags(Path file, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--config-file");
    all.add(file.toString());
    return CommandLineParser.parse(all).flags();
  }

  private Path file(String json) throws IOException {
    Path file = directory.resolve("daemon.json");
    Files.writeString(file, json);
    return file;
  }
}
