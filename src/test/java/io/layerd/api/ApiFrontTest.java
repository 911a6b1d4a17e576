package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiFrontTest {
  private static final DaemonFacts FACTS =
      new DaemonFacts(
          "layerd",
          "0",
          "28.5.2",
          "c",
          "",
          "id",
          false,
          "/d",
          List.of(),
          List.of(),
          List.of(),
          false,
          false,
          java.util.Map.of(),
          "json-file",
          List::of);

  private static final Metrics METRICS = new Metrics();
  private static Vertx vertx;
  private static HttpServer server;

  @BeforeAll
  static void serve() {
    vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router
        .get("/echo")
        .handler(
            routing ->
                routing
                    .response()
                    .end(
                        ApiVersion.of(routing.request())
                            + " "
                            + routing.request().path()
                            + " "
                            + routing.request().getParam("q")));
    RefusedRoutes.add(router, false);
    server =
        vertx
            .createHttpServer()
            .requestHandler(new ApiFront(new Ping(router, new RequestTimes(METRICS)), FACTS))
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterAll
  static void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void datesHaveTwoDigitsForTheDay() {
    assertThat(ApiFront.httpDate(Instant.parse("2026-12-01T02:03:04Z")))
        .isEqualTo("Tue, 01 Dec 2026 02:03:04 GMT");
    for (int day = 0; day < 400; day++) {
      Instant when = Instant.parse("2026-01-10T00:00:00Z").plus(Duration.ofDays(day));
      String other = DateTimeFormatter.RFC_1123_DATE_TIME.format(when.atOffset(ZoneOffset.UTC));
      assertThat(ApiFront.httpDate(when).replace(", 0", ", ")).isEqualTo(other);
    }
  }

  @Test
  void pingsAreMeasured() throws Exception {
    HttpResponse<String> answer = send("GET", "/v1.51/_ping");
    assertThat(answer.body()).isEqualTo("OK");
    assertThat(METRICS.text()).contains("route=\"/_ping\",method=\"GET\",status=\"2xx\"");
  }

  @Test
  void aVersionIsCutOffAndHandedOn() throws Exception {
    assertThat(send("GET", "/echo?q=1").body()).isEqualTo("1.51 /echo 1");
    assertThat(send("GET", "/v1.30/echo?q=1").body()).isEqualTo("1.30 /echo 1");
  }

  @Test
  void aVersionHeaderOfTheClientIsNotBelieved() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri("/echo")).header(ApiVersion.HEADER, "1.1").build();
    assertThat(send(request).body()).startsWith("1.51 ");
  }

  @Test
  void pingHasAllHeadersAlsoForHead() throws Exception {
    for (String path : new String[] {"/_ping", "/v1.24/_ping"}) {
      HttpResponse<String> get = send("GET", path);
      assertThat(get.body()).isEqualTo("OK");
      HttpResponse<String> head = send("HEAD", path);
      assertThat(head.body()).isEmpty();
      for (HttpResponse<String> answer : List.of(get, head)) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Api-Version")).isEqualTo("1.51");
        assertThat(header(answer, "Builder-Version")).isEqualTo("2");
        assertThat(header(answer, "Docker-Experimental")).isEqualTo("false");
        assertThat(header(answer, "Ostype")).isEqualTo("linux");
        assertThat(header(answer, "Server")).isEqualTo("Docker/28.5.2 (linux)");
        assertThat(header(answer, "Swarm")).isEqualTo("inactive");
        assertThat(header(answer, "Cache-Control"))
            .isEqualTo("no-cache, no-store, must-revalidate");
        assertThat(header(answer, "Pragma")).isEqualTo("no-cache");
      }
    }
  }

  @Test
  void versionsOutOfRangeAreRefusedInDockersWords() throws Exception {
    HttpResponse<String> tooNew = send("GET", "/v1.99/echo");
    assertThat(tooNew.statusCode()).isEqualTo(400);
    assertThat(tooNew.body())
        .isEqualTo(
            "{\"message\":\"client version 1.99 is too new. Maximum supported API version is"
                + " 1.51\"}\n");
    assertThat(header(tooNew, "Content-Type")).isEqualTo("application/json");
    HttpResponse<String> tooOld = send("GET", "/v1.12/echo");
    assertThat(tooOld.statusCode()).isEqualTo(400);
    assertThat(tooOld.body())
        .isEqualTo(
            "client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade"
                + " your client to a newer version\n");
    assertThat(header(tooOld, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(send("GET", "/v99999999999999999999/echo").statusCode()).isEqualTo(400);
  }

  @Test
  void unknownPathsAndMethodsAreNotFound() throws Exception {
    for (HttpResponse<String> answer :
        List.of(
            send("GET", "/nosuch"),
            send("GET", "/"),
            send("GET", "/vfoo/echo"),
            send("GET", "/echo/"),
            send("HEAD", "/echo"),
            send("POST", "/_ping"))) {
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.headers().map()).doesNotContainKey("api-version");
    }
    assertThat(send("GET", "/nosuch").body()).isEqualTo("{\"message\":\"page not found\"}\n");
  }

  @Test
  void uncleanPathsAreRedirected() throws Exception {
    HttpResponse<String> answer = send("GET", "/v1.51//echo?q=a%20b");
    assertThat(answer.statusCode()).isEqualTo(301);
    assertThat(header(answer, "Location")).isEqualTo("/v1.51/echo?q=a%20b");
  }

  @Test
  void whatIsNotOfferedSaysSo() throws Exception {
    HttpResponse<String> swarm = send("POST", "/v1.51/swarm/init");
    assertThat(swarm.statusCode()).isEqualTo(501);
    assertThat(swarm.body()).contains("layerd does not offer swarm mode yet");
    assertThat(send("GET", "/services").statusCode()).isEqualTo(503);
    assertThat(send("GET", "/swarm").body()).contains("This node is not a swarm manager.");
    assertThat(send("GET", "/plugins").body()).isEqualTo("[]\n");
  }

  private static String header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.actualPort() + path);
  }

  private static HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(10))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build());
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
