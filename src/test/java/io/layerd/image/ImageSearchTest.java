package io.layerd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.SearchRequest;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.registry.SearchResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ImageSearchTest {
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final ImageSearch search =
      new ImageSearch(
          new Registry(
              new RegistryOptions(
                  RegistrySettings.DEFAULT.withTimes(
                      Duration.ofMillis(1), Duration.ofMillis(700)))));
  private HttpServer server;
  private String host;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    host = "127.0.0.1:" + server.getAddress().getPort();
    server.createContext(
        "/v1/",
        exchange -> {
          String asked = exchange.getRequestURI().toString();
          String auth = exchange.getRequestHeaders().getFirst("Authorization");
          requests.add(asked + (auth == null ? "" : " " + auth));
          boolean none = asked.contains("q=none");
          byte[] body =
              """
              {"num_results":2,"results":[
               {"name":"lib/a","description":"d","is_official":true,"star_count":7},
               {"name":"b","is_official":false,"star_count":1}]}"""
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(none ? 404 : 200, none ? -1 : body.length);
          exchange.getResponseBody().write(none ? new byte[0] : body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private List<String> find(String term, int limit, Map<String, List<String>> filters) {
    RegistryCredentials user = new RegistryCredentials("me", "pw", null, null);
    return search.run(new SearchRequest(term, limit, filters, user)).stream()
        .map(SearchResult::name)
        .toList();
  }

  @Test
  void asksTheRegistryThatTheTermNames() {
    assertThat(find(host + "/some thing", 0, Map.of())).containsExactly("lib/a", "b");
    assertThat(requests)
        .containsExactly("/v1/_ping", "/v1/search?q=some+thing&n=25 Basic bWU6cHc=");
    assertThat(find(host + "/x", 3, Map.of("stars", List.of("3", "2")))).containsExactly("lib/a");
    assertThat(requests.getLast()).startsWith("/v1/search?q=x&n=3");
    assertThat(find(host + "/x", 0, Map.of("is-official", List.of("false")))).containsExactly("b");
    assertThat(find(host + "/x", 0, Map.of("is-automated", List.of("true")))).isEmpty();
  }

  @Test
  void refusesInDockerdsWords() {
    assertThatThrownBy(() -> find(host + "/none", 0, Map.of()))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("Unexpected status code 404");
    assertThatThrownBy(() -> find("x", 101, Map.of()))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("limit 101 is outside the range of [1, 100]");
    assertThatThrownBy(() -> find("x", 0, Map.of("foo", List.of("x"))))
        .hasMessage("invalid filter 'foo'");
    assertThatThrownBy(() -> find("x", 0, Map.of("stars", List.of("x"))))
        .hasMessage("invalid filter 'stars=x': strconv.Atoi: parsing \"x\": invalid syntax");
    assertThatThrownBy(() -> find("http://x", 0, Map.of()))
        .hasMessage("invalid repository name: repository name (http://x) should not have a scheme");
    server.stop(0);
    assertThatThrownBy(() -> find(host + "/x", 0, Map.of()))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(
            ("invalid registry endpoint \"http://%1$s/v1/\". HTTPS attempt: Get"
                    + " \"https://%1$s/v1/_ping\": dial tcp %1$s: connect: connection refused. HTTP"
                    + " attempt: Get \"http://%1$s/v1/_ping\": dial tcp %1$s: connect: connection"
                    + " refused")
                .formatted(host));
  }
}
