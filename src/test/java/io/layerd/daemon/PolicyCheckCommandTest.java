package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyCheckCommandTest {
  private static final String POLICY =
      """
      {"rules": [
        {"name": "root", "who": [{"uid": 0}, {"cn": "admin"}], "role": "admin"},
        {"name": "ops", "who": [{"ou": "operations"}, {"gid": 990}], "role": "operator"},
        {"name": "blue", "who": [{"cn": "blue"}], "role": "operator", "labels": {"team": "blue"}, "images": ["debian:*"]},
        {"name": "watch", "who": [{"san": "m.example"}], "routes": ["GET /_ping", "GET /info"]},
        {"name": "all", "who": [{"anyone": true}], "routes": ["GET /_ping"]}
      ]}
      """;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    Files.writeString(directory.resolve("policy.json"), POLICY);
  }

  @Test
  void aFileAloneIsChecked() throws IOException {
    assertThat(check()).isEqualTo("0 " + directory.resolve("policy.json") + ": 5 rules\n");
    Files.writeString(directory.resolve("policy.json"), "{\"rules\":[{\"x\":1}]}");
    assertThatThrownBy(this::check).hasMessageContaining("rules[0]: unknown key \"x\"");
    Files.delete(directory.resolve("policy.json"));
    assertThatThrownBy(this::check).hasMessageContaining("no such file or directory");
  }

  @Test
  void aCallersRulesAreListed() {
    assertThat(check("--gid", "990")).isEqualTo("0 ops: operator\nall: GET /_ping\n");
    assertThat(check("--san", "m.example"))
        .isEqualTo("0 watch: GET /_ping, GET /info\nall: GET /_ping\n");
    assertThat(check("--anonymous")).isEqualTo("0 all: GET /_ping\n");
  }

  @Test
  void aRequestIsDecidedOnAsByTheDaemon() {
    assertThat(check("--cn", "admin", "POST", "/v1.51/containers/prune"))
        .isEqualTo("0 allowed by root\n");
    assertThat(check("--uid", "7", "GET", "/info"))
        .isEqualTo("2 refused: GET /info is not allowed by all\n");
    assertThat(check("--ou", "operations", "post", "/containers/web/stop?t=1"))
        .isEqualTo("0 allowed by ops\n");
    assertThat(check("--ou", "operations", "GET", "/images%2fget"))
        .isEqualTo("2 refused: GET /images/get is not allowed by ops, all\n");
    assertThat(check("--cn", "admin", "GET", "/info;x"))
        .isEqualTo("2 refused: the path can be read in more than one way\n");
    assertThat(check("--cn", "blue", "POST", "/containers/create"))
        .isEqualTo(
            """
            0 allowed by blue
              if what it makes or reaches into stays in its box
              if its images are among debian:*
              if it is labelled team=blue
            """);
  }

  @Test
  void aContainersConfigurationIsLookedAt() throws IOException {
    Path body = directory.resolve("body.json");
    String path = body.toString();
    Files.writeString(body, "{\"HostConfig\":{\"Privileged\":true}}");
    assertThat(check("--gid", "990", "POST", "/containers/create", "--body", path))
        .isEqualTo("2 refused: host access is not allowed: Privileged true\n");
    assertThat(check("--uid", "0", "POST", "/containers/create", "--body", path))
        .isEqualTo("0 allowed by root\n");
    Files.writeString(body, "{\"HostConfig\":{\"Memory\":67108864}}");
    assertThat(check("--gid", "990", "POST", "/containers/create", "--body", path))
        .startsWith("0 allowed by ops\n");
  }

  @Test
  void checkpointsAreTheHosts() throws IOException {
    String rule =
        "{\"name\": \"ck\", \"who\": [{\"uid\": 5}], \"routes\": [\"* /containers/{id}/*\"]%s}";
    Path file = directory.resolve("policy.json");
    Files.writeString(file, "{\"rules\": [" + rule.formatted("") + "]}");
    assertThat(check("--uid", "5", "POST", "/containers/x/checkpoints"))
        .isEqualTo("2 refused: host access is not allowed: checkpoints are written to the host\n");
    assertThat(check("--uid", "5", "POST", "/containers/x/start")).isEqualTo("0 allowed by ck\n");
    Files.writeString(file, "{\"rules\": [" + rule.formatted(", \"host-access\": true") + "]}");
    assertThat(check("--uid", "5", "POST", "/containers/x/checkpoints"))
        .isEqualTo("0 allowed by ck\n");
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> check("GET", "/info")).hasMessageContaining("say whose request");
    assertThatThrownBy(() -> check("--uid", "1", "GET")).hasMessageContaining("such as GET");
    assertThatThrownBy(() -> check("--uid", "1", "--cn", "x"))
        .hasMessageContaining("either a certificate, or a uid");
  }

  /** The exit code and what is printed. */
  private String check(String... more) {
    List<String> words = new ArrayList<>(List.of("policy", "check"));
    words.add(directory.resolve("policy.json").toString());
    words.addAll(List.of(more));
    Subcommand command = Objects.requireNonNull(CommandLineParser.parse(words).subcommand());
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int exit = command.run();
      return exit + " " + printed.toString(StandardCharsets.UTF_8);
    } finally {
      System.setOut(before);
    }
  }
}
