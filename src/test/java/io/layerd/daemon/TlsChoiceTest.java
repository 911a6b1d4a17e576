package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.certs.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What flags, file and environment make of TLS. */
class TlsChoiceTest {
  private static final List<HostAddress> TCP = List.of(HostAddress.parse("tcp://10.0.0.1:1"));
  private static final List<HostAddress> UNIX = List.of(HostAddress.parse("unix:///x"));

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "'',{},plain,false",
    "--tls=false,{},plain,true",
    "--tls,{},verified,true",
    "--tlsverify,{},verified,true",
    "--tlsverify=false,{},open,true",
    "--tls=false --tlsverify,{},verified,true",
    "--tls --tlsverify=false,{},open,true",
    "--tlscert /c --tlskey /k,{},plain,false",
    "'',{\"tls\":true},verified,true",
    "'',{\"tls\":false},plain,true",
    "'',{\"tlsverify\":true},verified,true",
    "'',{\"tlsverify\":false},open,true",
    "--tls,{\"tlsverify\":false},open,true"
  })
  void tlsIsOnOrOff(String flags, String json, String answer, boolean explicit) throws IOException {
    TlsChoice choice = choice(flags, json, Map.of(), TCP);
    TlsFiles files = choice.files();
    assertThat(files == null ? "plain" : files.verify() ? "verified" : "open").isEqualTo(answer);
    assertThat(choice.verified()).isEqualTo(answer.equals("verified"));
    assertThat(choice.explicit()).isEqualTo(explicit);
  }

  @Test
  void theEnvironmentProtectsTcpHostsThatNothingWasSaidOf() throws IOException {
    Map<String, String> verify = Map.of("DOCKER_TLS_VERIFY", "1");
    assertThat(choice("", "{}", verify, TCP).verified()).isTrue();
    assertThat(choice("", "{}", verify, UNIX).files()).isNull();
    assertThat(choice("", "{}", Map.of("DOCKER_TLS_VERIFY", ""), TCP).files()).isNull();
    assertThat(choice("--tls=false", "{}", verify, TCP).files()).isNull();
    assertThat(choice("--tlsverify=false", "{}", verify, TCP).verified()).isFalse();
  }

  @Test
  void filesAreWhereTheyWereNamedOrAtTheUsualPlace() throws IOException {
    assertThat(
            choice(
                    "--tlsverify --tlscacert /a --tlscert /c --tlskey /k --tlscrl /r",
                    "{}",
                    Map.of(),
                    TCP)
                .files())
        .isEqualTo(new TlsFiles("/a", "/c", "/k", "/r", true));
    assertThat(
            choice(
                    "",
                    "{\"tls\":true,\"tlscacert\":\"/a\",\"tlscert\":\"/c\",\"tlskey\":\"/k\",\"tlscrl\":\"/r\"}",
                    Map.of(),
                    TCP)
                .files())
        .isEqualTo(new TlsFiles("/a", "/c", "/k", "/r", true));
    assertThat(choice("--tls", "{}", Map.of("HOME", "/nowhere"), TCP).files())
        .isEqualTo(new TlsFiles("/nowhere/.docker/ca.pem", "", "", null, true));
    Path cert = Files.createFile(directory.resolve("cert.pem"));
    Path key = Files.createFile(directory.resolve("key.pem"));
    for (String name : List.of("DOCKER_CERT_PATH", "DOCKER_CONFIG")) {
      assertThat(choice("--tls", "{}", Map.of(name, directory.toString()), TCP).files())
          .isEqualTo(
              new TlsFiles(
                  directory.resolve("ca.pem").toString(),
                  cert.toString(),
                  key.toString(),
                  null,
                  true));
    }
  }

  @Test
  void withTlsAndNoHostItIsTcp() throws IOException {
    assertThat(config("--tlsverify").hosts())
        .containsExactly(new HostAddress.Tcp("localhost", 2376));
    assertThat(config("--tls=false").hosts())
        .containsExactly(new HostAddress.Unix(Path.of("/var/run/docker.sock")));
    assertThat(config("--tlsverify", "-H", "tcp://").hosts())
        .containsExactly(new HostAddress.Tcp("localhost", 2375));
  }

  @Test
  void missingFilesEndTheStartInDockerdsWords() throws IOException {
    DaemonConfig config = config("--tlsverify", "--tlscert", "/nope", "--tlskey", "/nope");
    String sentence =
        "invalid TLS configuration: Could not load X509 key pair (cert: \"/nope\", key: \"/nope\"):"
            + " open /nope: no such file or directory";
    assertThatThrownBy(() -> config.tls().check())
        .isInstanceOf(StartupFailure.class)
        .hasMessage(sentence);
    assertThatThrownBy(() -> config.tls().read())
        .isInstanceOf(StartupFailure.class)
        .hasMessage(sentence);
  }

  @Test
  void infoWarnsOfHostsThatAreOpen() throws IOException {
    String rest =
        "\n         Access to the remote API is equivalent to root access on the host. Refer\n"
            + "         to the 'Docker daemon attack surface' section in the documentation for\n"
            + "         more information: https://docs.docker.com/go/attack-surface/\n"
            + "In future versions this will be a hard failure preventing the daemon from starting!"
            + " Learn more at: https://docs.docker.com/go/api-security/";
    assertThat(TcpWarnings.ofInfo(config("-H", "tcp://127.0.0.1:1", "-H", "unix:///x")))
        .containsExactly(
            "[DEPRECATION NOTICE]: API is accessible on http://127.0.0.1:1 without encryption."
                + rest);
    assertThat(TcpWarnings.ofInfo(config("-H", "tcp://0.0.0.0:1", "--tlsverify=false")))
        .containsExactly(
            "[DEPRECATION NOTICE]: API is accessible on https://0.0.0.0:1 without TLS client"
                + " verification."
                + rest);
    assertThat(TcpWarnings.ofInfo(config("-H", "tcp://0.0.0.0:1", "--tlsverify"))).isEmpty();
  }

  @Test
  void theStartIsSlowedDownForHostsThatAreOpen() throws Exception {
    assertThat(pauses("-H", "tcp://127.0.0.1:1")).containsExactly(1L);
    assertThat(pauses("-H", "tcp://localhost:1", "-H", "tcp://[::1]:1")).containsExactly(1L, 1L);
    assertThat(pauses("-H", "tcp://10.0.0.1:1")).containsExactly(1L, 15L);
    assertThat(pauses("-H", "tcp://0.0.0.0:1", "--tls=false")).containsExactly(1L);
    assertThat(pauses("-H", "tcp://0.0.0.0:1", "--tlsverify=false")).containsExactly(1L);
    assertThat(pauses("-H", "tcp://0.0.0.0:1", "--tlsverify")).isEmpty();
    assertThat(pauses("-H", "unix:///x")).isEmpty();
    assertThat(TcpWarnings.say(config("-H", "tcp://10.0.0.1:1"), _ -> true)).isFalse();
  }

  private List<Long> pauses(String... flags) throws Exception {
    List<Long> seconds = new java.util.ArrayList<>();
    assertThat(
            TcpWarnings.say(
                config(flags),
                time -> {
                  seconds.add(time.toSeconds());
                  return false;
                }))
        .isTrue();
    return seconds;
  }

  private TlsChoice choice(
      String flags, String json, Map<String, String> environment, List<HostAddress> hosts)
      throws IOException {
    Map<String, JsonNode> file =
        ConfigFile.read(Files.writeString(directory.resolve("daemon.json"), json), true);
    List<String> words = flags.isEmpty() ? List.of() : List.of(flags.split(" "));
    return TlsChoice.of(CommandLineParser.parse(words).flags(), file, environment, hosts);
  }

  private DaemonConfig config(String... flags) throws IOException {
    Path file = Files.writeString(directory.resolve("config.json"), "{}");
    List<String> words = new java.util.ArrayList<>(List.of(flags));
    words.addAll(List.of("--config-file", file.toString()));
    return ConfigMerge.load(CommandLineParser.parse(words).flags());
  }
}
