package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Raw requests: versions, headers, error texts, limits. */
@ExtendWith(SharedEngine.class)
class ApiIT {
  private static final String CREATE = "/v1.51/containers/create";

  private final Engine engine;
  private final Http http;

  ApiIT(Engine engine) {
    this.engine = engine;
    http = engine.http();
  }

  private static JsonNode json(Http.Answer answer) {
    try {
      return TestImage.JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new IllegalStateException(answer.body(), e);
    }
  }

  private static void refused(Http.Answer answer, int status, String message) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers()).containsEntry("content-type", "application/json");
    assertThat(json(answer).get("message").asText()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/_ping", "/v1.24/_ping", "/v1.51/_ping"})
  void pingHasItsHeaders(String path) {
    Http.Answer get = http.get(path);
    assertThat(get.status()).isEqualTo(200);
    assertThat(get.body()).isEqualTo("OK");
    assertThat(get.headers())
        .containsEntry("api-version", "1.51")
        .containsEntry("ostype", "linux")
        .containsEntry("docker-experimental", "false")
        .containsEntry("swarm", "inactive")
        .containsEntry("cache-control", "no-cache, no-store, must-revalidate")
        .containsEntry("pragma", "no-cache")
        .containsEntry("content-type", "text/plain; charset=utf-8")
        .containsKey("builder-version");
    assertThat(get.headers().get("server")).matches("Docker/\\S+ \\(linux\\)");
    Http.Answer head = http.send("HEAD", path, "", "");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.headers())
        .containsEntry("api-version", "1.51")
        .containsEntry("content-length", "0");
  }

  @Test
  void versionsOutOfRange() {
    refused(
        http.get("/v1.99/info"),
        400,
        "client version 1.99 is too new. Maximum supported API version is 1.51");
    Http.Answer old = http.get("/v1.12/info");
    assertThat(old.status()).isEqualTo(400);
    assertThat(old.headers().get("content-type")).startsWith("text/plain");
    assertThat(old.body().strip())
        .isEqualTo(
            "client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /nosuch, 404, page not found",
    "GET, /v1.51/nosuch, 404, page not found",
    "PUT, /info, 404, page not found",
    "GET, /v1.51/containers/nope/json, 404, No such container: nope",
    "POST, /v1.51/containers/nope/start, 404, No such container: nope",
    "DELETE, /v1.51/containers/nope, 404, No such container: nope",
    "GET, /v1.51/images/nope/json, 404, No such image: nope:latest",
    "DELETE, /v1.51/images/nope, 404, No such image: nope:latest",
    "GET, /v1.51/exec/nope/json, 404, No such exec instance: nope",
    "GET, /v1.51/networks/nope, 404, network nope not found",
    "GET, /v1.51/volumes/nope, 404, get nope: no such volume",
  })
  void unknownThings(String method, String path, int status, String message) {
    refused(http.send(method, path, "", ""), status, message);
  }

  @Test
  void malformedBodies() {
    refused(http.post(CREATE, "{\"Image\":"), 400, "invalid JSON: unexpected EOF");
    refused(http.post(CREATE, "{} {}"), 400, "unexpected content after JSON");
    refused(
        http.send("POST", CREATE, "Content-Type: text/plain\r\n", "{}"),
        400,
        "unsupported Content-Type header (text/plain): must be 'application/json'");
    assertThat(http.post(CREATE, "[1,2]").status()).isEqualTo(400);
    assertThat(http.post(CREATE, "{\"Image\":5}").status()).isEqualTo(400);
    assertThat(http.post(CREATE, "no json").status()).isEqualTo(400);
    assertThat(http.post(CREATE, "").status()).isEqualTo(400);
    refused(http.post(CREATE, "{\"Image\":\"nope\"}"), 404, "No such image: nope:latest");
    refused(
        http.get("/v1.51/containers/json?filters=%7B%22foo%22%3A%5B%22x%22%5D%7D"),
        400,
        "invalid filter 'foo'");
    refused(http.get("/v1.51/containers/json?filters=nonsense"), 400, "invalid filter");
  }

  @Test
  void hugeBodyIsRefusedAndTheDaemonLives() throws IOException {
    String start = "{\"Image\":\"" + engine.busybox() + "\",\"Labels\":{\"a\":\"";
    try (SocketChannel channel = http.open()) {
      long claimed = 1L << 40;
      Http.write(
          channel,
          ("POST "
                  + CREATE
                  + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: "
                  + claimed
                  + "\r\n\r\n"
                  + start)
              .getBytes(StandardCharsets.UTF_8));
      byte[] chunk = "x".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
      try {
        for (int i = 0; i < 64; i++) {
          Http.write(channel, chunk);
        }
        channel.shutdownOutput();
      } catch (IOException e) {
        // Refused while it was sent: as good as any.
      }
    }
    assertThat(http.get("/_ping").body()).isEqualTo("OK");
  }

  @Test
  void versionAndInfoSayWhatClientsNeed() {
    JsonNode version = json(http.get("/version"));
    assertThat(version.get("ApiVersion").asText()).isEqualTo("1.51");
    assertThat(version.get("MinAPIVersion").asText()).isEqualTo("1.24");
    assertThat(version.get("Os").asText()).isEqualTo("linux");
    assertThat(version.get("Arch").asText()).isEqualTo("amd64");
    assertThat(version.get("Components").get(0).get("Name").asText()).isEqualTo("Engine");
    assertThat(version.fieldNames())
        .toIterable()
        .contains("Platform", "KernelVersion", "Version", "BuildTime");
    JsonNode info = json(http.get("/v1.51/info"));
    assertThat(info.get("Driver").asText()).isEqualTo("overlay2");
    assertThat(info.get("LoggingDriver").asText()).isEqualTo("json-file");
    assertThat(info.get("NCPU").asInt()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(info.get("DriverStatus").findValuesAsText("").size()).isZero();
    assertThat(info.get("DriverStatus").get(0).get(0).asText()).isEqualTo("Backing Filesystem");
    assertThat(info.get("RegistryConfig").get("InsecureRegistryCIDRs").toString())
        .contains("127.0.0.0/8");
  }

  @Test
  void commandsPrintTheirSections() {
    DockerCli docker = engine.docker();
    assertThat(docker.ok("version"))
        .contains(
            "Server:",
            "Engine:",
            " API version:      1.51 (minimum version 1.24)",
            " OS/Arch:          linux/amd64");
    Result info = docker.run("info").ok();
    assertThat(info.out())
        .contains(
            "Server:",
            " Containers: ",
            "  Running: ",
            " Storage Driver: overlay2",
            "  Backing Filesystem: ",
            "  Supports d_type: true",
            "  Using metacopy: false",
            "  userxattr: false",
            " Logging Driver: json-file",
            " Cgroup Driver: cgroupfs",
            " Plugins:",
            " Swarm: inactive",
            " Runtimes: ",
            " Default Runtime: ",
            " Security Options:",
            "  seccomp",
            "   Profile: builtin",
            " Kernel Version: ",
            " OSType: linux",
            " Architecture: x86_64",
            " Docker Root Dir: ",
            " Insecure Registries:",
            "  127.0.0.0/8",
            " Live Restore Enabled: ");
    assertThat(info.err()).doesNotContain("ERROR");
  }

  @Test
  void eventsOfALife() {
    DockerCli docker = engine.docker();
    String before = docker.ok("info", "--format", "{{.SystemTime}}");
    Command.Running live =
        docker
            .command("events", "--filter", "label=ev=1", "--format", "{{.Type}} {{.Action}}")
            .start();
    try {
      Wait.until(
          "a live event",
          () -> {
            docker
                .run(
                    "run", "--rm", "--label", "ev=1", "--name", "ev-live", engine.busybox(), "true")
                .ok();
            return live.out().text().contains("container destroy");
          });
      assertThat(live.out().text())
          .contains(
              "container create",
              "container attach",
              "container start",
              "container die",
              "container destroy");
    } finally {
      live.kill();
    }
    String past =
        docker.ok(
            "events",
            "--since",
            before,
            "--until",
            docker.ok("info", "--format", "{{.SystemTime}}"),
            "--filter",
            "container=ev-live",
            "--format",
            "{{.Action}} {{index .Actor.Attributes \"exitCode\"}}");
    assertThat(past.lines().map(String::strip)).contains("create", "die 0", "destroy");
    assertThat(
            docker
                .ok(
                    "events",
                    "--since",
                    before,
                    "--until",
                    docker.ok("info", "--format", "{{.SystemTime}}"),
                    "--filter",
                    "type=network",
                    "--format",
                    "{{.Action}}")
                .lines())
        .contains("connect", "disconnect");
  }

  @Test
  void oldVersionsAreServed() {
    assertThat(
            engine
                .docker()
                .command("run", "--rm", engine.busybox(), "echo", "old")
                .env("DOCKER_API_VERSION", "1.40")
                .run()
                .ok()
                .out())
        .isEqualTo("old\n");
    assertThat(http.get("/v1.24/containers/json").status()).isEqualTo(200);
  }
}
