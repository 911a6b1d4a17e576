package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what: the policy, an authorization plugin, and the audit log of a daemon. */
@ExtendWith(SharedEngine.class)
class AccessIT {
  private static final String SPEC = "/etc/docker/plugins/layerd-it.spec";
  private static final int OPERATOR = 4001;
  private static final int LOOKER = 4002;
  private static final int BUILDER = 4003;
  private static final int BLUE = 4004;
  private static final int STRANGER = 4005;

  private static final String POLICY =
      """
      {"rules": [
        {"name": "root", "who": [{"uid": 0}], "role": "admin"},
        {"name": "ops", "who": [{"uid": 4001}], "role": "operator"},
        {"name": "look", "who": [{"uid": 4002}], "role": "read-only"},
        {"name": "make", "who": [{"uid": 4003}], "role": "builder", "images": ["BASE", "made/*"]},
        {"name": "blue", "who": [{"uid": 4004}], "role": "operator", "labels": {"team": "blue"}}
      ]}
      """;

  private static final Map<String, JsonObject> ASKED = new ConcurrentHashMap<>();
  private static final Map<String, CompletableFuture<Http.Answer>> FAULTS = new HashMap<>();

  @TempDir static Path directory;
  private static Vertx vertx;
  private static DaemonFixture daemon;
  private static String image;

  @BeforeAll
  static void start(Engine engine) throws IOException {
    image = engine.registry().ref("busybox");
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    String socket = directory.resolve("plugin.sock").toString();
    vertx
        .createHttpServer()
        .requestHandler(
            request ->
                request
                    .body()
                    .onSuccess(
                        body -> {
                          JsonObject answer = new JsonObject();
                          if (misbehaved(request, body)) {
                            return;
                          }
                          if (request.path().equals("/Plugin.Activate")) {
                            answer.put("Implements", new JsonArray().add("authz"));
                          } else {
                            JsonObject asked = body.toJsonObject();
                            ASKED.put(request.path() + " " + asked.getString("RequestUri"), asked);
                            String word = request.path().endsWith("Req") ? "no-req" : "no-res";
                            boolean refused = asked.getString("RequestUri").contains(word);
                            answer.put("Allow", !refused).put("Msg", word);
                          }
                          request.response().end(answer.toBuffer());
                        }))
        .listen(SocketAddress.domainSocketAddress(socket))
        .toCompletionStage()
        .toCompletableFuture()
        .join();
    Files.createDirectories(Path.of(SPEC).getParent());
    Files.writeString(Path.of(SPEC), "unix://" + socket);
    policy(POLICY);
    daemon =
        DaemonFixture.start(
            "--authorization-policy",
            directory.resolve("policy.json").toString(),
            "--authorization-plugin",
            "layerd-it",
            "--audit-log",
            directory.resolve("audit.log").toString());
    Path socketFile = daemon.http().socket();
    Files.setPosixFilePermissions(
        socketFile.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(socketFile, PosixFilePermissions.fromString("rw-rw-rw-"));
    for (String fault : new String[] {"hangs", "dies"}) { // which takes a while
      FAULTS.put(fault, CompletableFuture.supplyAsync(() -> asked(fault)));
    }
    daemon.docker().run("pull", "-q", image).ok();
    daemon.docker().run("run", "-d", "--name", "open", "--privileged", image, "sleep", "1000").ok();
    daemon.docker().run("run", "-d", "--name", "plain", image, "sleep", "1000").ok();
    daemon
        .docker()
        .run("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=/", "host")
        .ok();
  }

  @AfterAll
  static void stop() throws IOException {
    daemon.docker().run("rm", "-f", "open", "plain", "b1");
    daemon.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    Files.deleteIfExists(Path.of(SPEC));
  }

  /** What a request's parameter asks of the plugin; whether it asked for anything. */
  private static boolean misbehaved(HttpServerRequest request, Buffer body) {
    String fault = body.toString().replaceFirst("(?s).*plugin=([a-z]+).*", "$1");
    switch (fault) {
      case "dies" -> request.connection().close();
      case "hangs" -> {}
      case "garbage" -> request.response().end("garbage");
      case "fails" -> request.response().setStatusCode(500).end("{\"Err\":\"lost its mind\"}");
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void policy(String text) throws IOException {
    Files.writeString(directory.resolve("policy.json"), text.replace("BASE", image));
  }

  /** The docker CLI of another user. */
  private static Result as(int uid, String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", "docker"));
    words.addAll(List.of("-H", daemon.host()));
    words.addAll(List.of(arguments));
    return Command.of(words)
        .env("DOCKER_BUILDKIT", "0")
        .env("DOCKER_CONFIG", daemon.http().socket().resolveSibling("nobody").toString())
        .run();
  }

  private static void refused(Result result, String reason) {
    assertThat(result.exit()).isNotZero();
    assertThat(result.err() + result.out())
        .contains("authorization denied by policy")
        .contains(reason);
  }

  @Test
  void anOperatorRunsContainersThatStayInTheirBox() {
    assertThat(as(OPERATOR, "run", "--rm", "-v", "own:/x", image, "echo", "in").ok().line())
        .isEqualTo("in");
    as(OPERATOR, "exec", "plain", "true").ok();
    as(OPERATOR, "stop", "-t", "0", "plain").ok();
    as(OPERATOR, "start", "plain").ok();
    for (String flags :
        new String[] {
          "--privileged",
          "-v /:/host",
          "-v host:/host",
          "--pid host",
          "--network host",
          "--cap-add SYS_ADMIN",
          "--security-opt seccomp=unconfined",
          "--volumes-from open",
          "--pid container:open"
        }) {
      List<String> words = new ArrayList<>(List.of("run", "--rm"));
      words.addAll(List.of(flags.split(" ")));
      words.addAll(List.of(image, "true"));
      refused(as(OPERATOR, words.toArray(String[]::new)), "host access is not allowed");
    }
    refused(as(OPERATOR, "exec", "open", "true"), "container /open has Privileged");
    refused(as(OPERATOR, "exec", "--privileged", "plain", "true"), "a privileged exec");
    refused(as(OPERATOR, "cp", "open:/etc/passwd", "-"), "container /open has Privileged");
    refused(as(OPERATOR, "volume", "create", "-o", "type=none", "x"), "driver options");
    refused(as(OPERATOR, "network", "create", "-d", "macvlan", "x"), "other drivers");
    refused(as(OPERATOR, "network", "connect", "host", "plain"), "the host's network");
  }

  @Test
  void whoLooksOnlyLooks() {
    as(LOOKER, "ps").ok().says("plain");
    as(LOOKER, "logs", "plain").ok();
    refused(as(LOOKER, "stop", "plain"), "POST /containers/plain/stop is not allowed by look");
    refused(as(LOOKER, "export", "plain"), "is not allowed by look");
    refused(as(STRANGER, "ps"), "no rule names this caller");
  }

  @Test
  void noSpellingOfAPathGetsAround() {
    for (String path :
        new String[] {
          "/containers%2fprune",
          "/containers/%70rune",
          "/v1.51/containers/prune;a=b",
          "/v1.51/v1.51/containers/prune",
          "/v1.51//containers/prune",
          "/containers/json/../prune"
        }) {
      String answer =
          Command.of(
                  "setpriv",
                  "--reuid=" + LOOKER,
                  "--clear-groups",
                  "curl",
                  "-s",
                  "--path-as-is",
                  "-XPOST",
                  "-w%{http_code}",
                  "--unix-socket",
                  daemon.http().socket().toString(),
                  "http://d" + path)
              .run()
              .ok()
              .out();
      assertThat(answer).as(path).matches("(?s).*(403|301)$");
    }
  }

  @Test
  void aBuilderBuildsOnWhatIsAllowed() throws IOException {
    Path context = Files.createDirectories(daemon.http().socket().resolveSibling("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM " + image + "\nRUN true\n");
    as(BUILDER, "build", "-q", "-t", "made/it", context.toString()).ok();
    refused(
        as(BUILDER, "build", "-q", "-t", "other", context.toString()),
        "image other is not allowed");
    refused(
        as(BUILDER, "build", "-q", "--network", "host", context.toString()), "networkmode host");
    refused(as(BUILDER, "run", image), "is not allowed by make");
    Files.writeString(context.resolve("Dockerfile"), "FROM debian\n");
    assertThat(as(BUILDER, "build", "-q", context.toString()).err())
        .contains("image debian is not allowed");
  }

  @Test
  void labelsKeepTeamsApart() {
    refused(as(BLUE, "run", "-d", image, "sleep", "9"), "not labelled team=blue");
    as(BLUE, "run", "-d", "--name", "b1", "-l", "team=blue", image, "sleep", "1000").ok();
    assertThat(as(BLUE, "ps", "--format", "{{.Names}}").ok().line()).isEqualTo("b1");
    refused(as(BLUE, "rm", "-f", "plain"), "not labelled team=blue");
    as(BLUE, "rm", "-f", "b1").ok();
  }

  @Test
  void pluginsSeeRequestsAndAnswers() {
    Http http = daemon.http();
    assertThat(http.get("/v1.51/version?no-req").body())
        .isEqualTo("{\"message\":\"authorization denied by plugin layerd-it: no-req\"}\n");
    Http.Answer refused = http.get("/v1.51/version?no-res");
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("authorization denied by plugin layerd-it: no-res");
    assertThat(
            ASKED
                .get("/AuthZPlugin.AuthZRes /v1.51/version?no-res")
                .getInteger("ResponseStatusCode"))
        .isEqualTo(200);
    assertThat(http.post("/v1.51/containers/create?name=p", "{\"Image\":\"none\"}").status())
        .isEqualTo(404);
    JsonObject asked = ASKED.get("/AuthZPlugin.AuthZReq /v1.51/containers/create?name=p");
    assertThat(new String(asked.getBinary("RequestBody"))).isEqualTo("{\"Image\":\"none\"}");
    assertThat(asked.getString("RequestMethod")).isEqualTo("POST");
    http.post(
        "/v1.51/auth", "{\"username\":\"a\",\"password\":\"b\",\"serveraddress\":\"127.0.0.1:1\"}");
    assertThat(ASKED.get("/AuthZPlugin.AuthZReq /v1.51/auth").containsKey("RequestBody")).isFalse();
  }

  @Test
  void aPluginThatDoesNotDoItsPartRefuses() {
    Map<String, String> sentences =
        Map.of(
            "garbage", "invalid character 'g' looking for beginning of value",
            "fails", "AuthZPlugin.AuthZReq: lost its mind",
            "dies", "Post \\\"http://plugin.moby.localhost/AuthZPlugin.AuthZReq\\\": EOF",
            "hangs",
                "Post \\\"http://plugin.moby.localhost/AuthZPlugin.AuthZReq\\\": context deadline"
                    + " exceeded (Client.Timeout exceeded while awaiting headers)");
    sentences.forEach(
        (fault, sentence) -> {
          Http.Answer answer =
              FAULTS.getOrDefault(fault, CompletableFuture.supplyAsync(() -> asked(fault))).join();
          assertThat(answer.status()).as(fault).isEqualTo(500);
          assertThat(answer.body())
              .isEqualTo(
                  "{\"message\":\"plugin layerd-it failed with error: %s\"}\n".formatted(sentence));
        });
    assertThat(daemon.docker().ok("volume", "ls", "-q")).doesNotContain("never");
  }

  /** What would be done, were it not for the plugin. */
  private static Http.Answer asked(String fault) {
    return daemon.http().post("/v1.51/volumes/create?plugin=" + fault, "{\"Name\":\"never\"}");
  }

  @Test
  void eachRequestIsInTheAuditLog() throws IOException {
    as(LOOKER, "kill", "plain");
    ObjectMapper mapper = new ObjectMapper();
    Wait.until(
        "the line",
        Duration.ofSeconds(10),
        () -> audit().contains("/containers/plain/kill"),
        AccessIT::audit);
    JsonNode line =
        mapper.readTree(
            audit().lines().filter(one -> one.contains("/plain/kill")).findFirst().orElseThrow());
    assertThat(line.at("/who/uid").asInt()).isEqualTo(LOOKER);
    assertThat(line.at("/route").asText()).isEqualTo("/containers/{id}/kill");
    assertThat(line.at("/decision").asText()).isEqualTo("denied");
    assertThat(line.at("/status").asInt()).isEqualTo(403);
    assertThat(audit()).contains("\"rule\":\"root\"").contains("\"status\":101");
  }

  private static String audit() {
    try {
      return Files.readString(directory.resolve("audit.log"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aBadPolicyIsNotStartedWith() throws IOException {
    Path bad = Files.writeString(directory.resolve("bad.json"), "{\"rules\":[{\"x\":1}]}");
    Result result = daemon.program("--validate", "--authorization-policy", bad.toString());
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.err()).contains("rules[0]: unknown key \"x\"");
  }
}
