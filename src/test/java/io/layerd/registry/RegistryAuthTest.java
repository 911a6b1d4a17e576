package io.layerd.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.Unauthorized;
import io.layerd.oci.Reference;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The texts are those dockerd 28.5 gave for the same answers. */
@Timeout(60)
class RegistryAuthTest {
  private static final RegistryCredentials USER = new RegistryCredentials("u", "p", null, null);
  private static final RegistryCredentials IDENTITY =
      new RegistryCredentials(null, null, "tok", null);

  private final TestRegistry server = new TestRegistry();
  private final Registry registry = new Registry(new RegistryOptions(RegistrySettings.DEFAULT));
  private final Abort abort = new Abort();
  private String tokenAnswer = "{\"token\":\"abc\",\"expires_in\":300}";
  private int tokenStatus = 200;

  @AfterEach
  void stop() {
    server.close();
  }

  private Reference name() {
    return Reference.parse(server.host() + "/t/x:latest");
  }

  private Repository connect(RegistryCredentials user) {
    Repository repository = registry.repositories(name(), user).getLast();
    repository.connect(abort);
    return repository;
  }

  private void bearer() {
    server.addImage("t/x", "latest", List.of());
    server.trick(
        (exchange, path) -> {
          if (path.startsWith("/token")) {
            exchange.getRequestBody().readAllBytes();
            TestRegistry.answer(exchange, tokenStatus, "application/json", tokenAnswer);
            return true;
          }
          if ("Bearer abc".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return false;
          }
          exchange
              .getResponseHeaders()
              .set(
                  "WWW-Authenticate",
                  "Bearer realm=\"http://" + server.host() + "/token\",service=\"s,1\"");
          TestRegistry.error(exchange, 401, "UNAUTHORIZED", "authentication required");
          return true;
        });
  }

  @Test
  void anonymousBearer() {
    bearer();
    Repository repository = connect(RegistryCredentials.ANONYMOUS);
    repository.manifest(name(), abort);
    repository.manifest(name(), abort);
    assertThat(server.requests().stream().filter(r -> r.contains("/token")))
        .containsExactly("GET /token?scope=repository:t/x:pull&service=s,1");
  }

  @Test
  void bearerWithUser() {
    bearer();
    connect(USER).manifest(name(), abort);
    assertThat(server.requests())
        .contains("GET /token?account=u&scope=repository:t/x:pull&service=s,1 Basic dTpw");
  }

  @Test
  void identityTokenIsPosted() {
    bearer();
    connect(IDENTITY).manifest(name(), abort);
    assertThat(server.requests()).contains("POST /token");
  }

  @Test
  void registryTokenIsUsedAsItIs() {
    bearer();
    connect(new RegistryCredentials(null, null, null, "abc")).manifest(name(), abort);
    assertThat(server.requests()).noneMatch(r -> r.contains("/token"));
  }

  @Test
  void tokenRefused() {
    bearer();
    tokenStatus = 401;
    tokenAnswer = "{\"details\":\"incorrect username or password\"}";
    assertThatThrownBy(() -> connect(USER).manifest(name(), abort))
        .isInstanceOf(Unauthorized.class)
        .hasMessage(
            "Head \"http://"
                + server.host()
                + "/v2/t/x/manifests/latest\": unauthorized: incorrect username or password");
    tokenStatus = 500;
    assertThatThrownBy(() -> connect(USER).manifest(name(), abort))
        .hasMessageEndingWith(": received unexpected HTTP status: 500 Internal Server Error");
    tokenStatus = 200;
    tokenAnswer = "{}";
    assertThatThrownBy(() -> connect(USER).manifest(name(), abort))
        .hasMessageEndingWith(": authorization server did not include a token in the response");
  }

  @Test
  void basic() {
    server.addImage("t/x", "latest", List.of());
    server.trick(
        (exchange, _) -> {
          if ("Basic dTpw".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            return false;
          }
          exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
          TestRegistry.error(exchange, 401, "UNAUTHORIZED", "authentication required");
          return true;
        });
    connect(USER).manifest(name(), abort);
    assertThatThrownBy(() -> connect(RegistryCredentials.ANONYMOUS).manifest(name(), abort))
        .hasMessage(
            "Head \"http://"
                + server.host()
                + "/v2/t/x/manifests/latest\": no basic auth credentials");
    RegistryCredentials wrong = new RegistryCredentials("u", "q", null, null);
    assertThatThrownBy(() -> connect(wrong).manifest(name(), abort))
        .isInstanceOf(Unauthorized.class)
        .hasMessage("unauthorized: authentication required");
  }

  private void refuse(int status, String type, String body) {
    server.trick(
        (exchange, path) -> {
          if (path.equals("/v2/")) {
            return false;
          }
          TestRegistry.answer(exchange, status, type, body);
          return true;
        });
  }

  private void refusedWith(Class<? extends EngineException> type, String message) {
    assertThatThrownBy(() -> connect(USER).manifest(name(), abort))
        .isInstanceOf(type)
        .hasMessage(message.replace("HOST", server.host()));
  }

  @Test
  void refusalsAreWordedAsDockerdWordsThem() {
    refusedWith(
        NotFound.class,
        "manifest for HOST/t/x:latest not found: manifest unknown: manifest unknown");
    refuse(403, "text/plain", "forbidden by proxy");
    refusedWith(
        NotFound.class,
        "pull access denied for HOST/t/x, repository does not exist or may require"
            + " 'docker login': denied: forbidden by proxy");
    refuse(
        403,
        "application/json",
        "{\"errors\":[{\"code\":\"DENIED\","
            + "\"message\":\"requested access to the resource is denied\"}]}");
    refusedWith(EngineException.class, "denied");
    refuse(404, "text/plain", "404 page not found");
    refusedWith(EngineException.class, "unknown: 404 page not found");
    refuse(503, "text/plain", "");
    refusedWith(EngineException.class, "received unexpected HTTP status: 503 Service Unavailable");
    refuse(
        429,
        "application/json; charset=utf-8",
        "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow down\"}]}");
    refusedWith(EngineException.class, "toomanyrequests: slow down");
    refuse(200, "application/json", "<html>");
    refusedWith(EngineException.class, "error unmarshalling content: the manifest is not JSON");
  }

  @Test
  void networkErrorsAreWordedAsDockerdWordsThem() {
    server.close();
    assertThatThrownBy(() -> connect(USER))
        .hasMessage(
            "Get \"http://HOST/v2/\": dial tcp HOST: connect: connection refused"
                .replace("HOST", server.host()));
    Reference unknown = Reference.parse("registry.invalid/x");
    assertThatThrownBy(
            () ->
                registry
                    .repositories(unknown, RegistryCredentials.ANONYMOUS)
                    .getFirst()
                    .connect(abort))
        .hasMessageStartingWith("Get \"https://registry.invalid/v2/\": dial tcp: lookup ");
  }

  @Test
  void digestsAreChecked() {
    server.trick(
        (exchange, path) -> {
          if (path.contains("/manifests/")) {
            TestRegistry.answer(exchange, 200, "application/json", "{\"schemaVersion\":2}");
            return true;
          }
          return false;
        });
    String digest = "sha256:" + "c".repeat(64);
    Reference wanted = Reference.parse(server.host() + "/t/x@" + digest);
    assertThatThrownBy(() -> connect(USER).manifest(wanted, abort))
        .hasMessage("manifest verification failed for digest " + digest);
  }

  @Test
  void secretsAreNotPrinted() {
    assertThat(new RegistryCredentials("u", "p?>", "q?>", "r?>").toString()).doesNotContain("?>");
  }

  @Test
  void challengesAreParsed() {
    List<Challenge> parsed =
        Challenge.parse(
            List.of("Basic realm=\"a, b\", Bearer realm=\"x\\\"y\" , scope=z", "Negotiate"));
    assertThat(parsed)
        .extracting(Challenge::scheme)
        .containsExactly("basic", "bearer", "negotiate");
    assertThat(parsed.get(0).parameter("realm")).isEqualTo("a, b");
    assertThat(parsed.get(1).parameter("realm")).isEqualTo("x\"y");
    assertThat(parsed.get(1).parameter("scope")).isEqualTo("z");
  }

  @Test
  void insecureHosts() {
    List<String> none = List.of();
    assertThat(InsecureHosts.contains(none, "127.9.0.1:5000")).isTrue();
    assertThat(InsecureHosts.contains(none, "localhost:5000")).isTrue();
    assertThat(InsecureHosts.contains(none, "[::1]:5000")).isTrue();
    assertThat(InsecureHosts.contains(none, "10.1.2.3:5000")).isFalse();
    assertThat(InsecureHosts.contains(List.of("10.0.0.0/8"), "10.1.2.3:5000")).isTrue();
    assertThat(InsecureHosts.contains(List.of("a.example:5000"), "a.example:5000")).isTrue();
    assertThat(InsecureHosts.contains(List.of("a.example:5000"), "a.example")).isFalse();
  }
}
