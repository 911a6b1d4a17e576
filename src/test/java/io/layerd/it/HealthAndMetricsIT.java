package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Health checks on the API's sockets, health and metrics on an address of their own. */
class HealthAndMetricsIT {
  private static final Pattern LISTENING =
      Pattern.compile("metrics and health listen on (127\\.0\\.0\\.1:\\d+)");

  private static RegistryFixture registry;
  private static String busybox;

  @BeforeAll
  static void fill() {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
  }

  @AfterAll
  static void close() {
    registry.close();
  }

  @Test
  void countsWhatHappens() throws Exception {
    try (DaemonFixture daemon =
        DaemonFixture.start("--metrics-addr", "127.0.0.1:0", "--health-addr", "127.0.0.1:0")) {
      String address = address(daemon);
      DockerCli docker = daemon.docker();
      docker.ok("pull", "-q", busybox);
      docker.ok("run", "--rm", busybox, "true");
      docker.ok("run", "-d", "--name", "one", "--network", "none", busybox, "sleep", "600");
      docker.ok("run", "-d", "--name", "two", "--network", "none", busybox, "sleep", "600");
      docker.ok("pause", "two");
      docker.ok("create", "--name", "three", busybox);
      docker.run("start", "nonesuch").exits(1);
      docker.ok("info");

      String text = get(address, "/metrics").body();
      assertThat(value(text, "engine_daemon_container_states_containers{state=\"running\"}"))
          .isOne();
      assertThat(value(text, "engine_daemon_container_states_containers{state=\"paused\"}"))
          .isOne();
      assertThat(value(text, "engine_daemon_container_states_containers{state=\"stopped\"}"))
          .isOne();
      assertThat(action(text, "container", "create")).isEqualTo(4);
      assertThat(action(text, "container", "start")).isEqualTo(3);
      assertThat(action(text, "container", "delete")).isEqualTo(1);
      assertThat(action(text, "network", "allocate")).isEqualTo(3);
      assertThat(action(text, "network", "release")).isEqualTo(1);
      assertThat(action(text, "image", "pull")).isEqualTo(1);
      assertThat(value(text, "layerd_pull_bytes_total"))
          .isEqualTo(TestImages.busyboxLayer().blob().length);
      assertThat(value(text, "layerd_unpack_bytes_total"))
          .isGreaterThan(value(text, "layerd_pull_bytes_total"));
      assertThat(value(text, "layerd_layer_fetch_seconds_count")).isEqualTo(1);
      assertThat(value(text, "layerd_layer_unpack_seconds_sum")).isPositive();
      assertThat(value(text, "layerd_layers")).isEqualTo(1);
      assertThat(value(text, "layerd_images")).isEqualTo(1);
      assertThat(value(text, "engine_daemon_events_total")).isGreaterThan(8);
      assertThat(value(text, "layerd_lane_waiting_tasks{lane=\"storage\"}")).isZero();
      assertThat(value(text, "process_resident_memory_bytes")).isGreaterThan(1e6);
      assertThat(text)
          .contains("engine_daemon_engine_info{architecture=\"")
          .contains(
              "layerd_api_request_seconds_count{route=\"/containers/{id}/start\",method=\"POST\","
                  + "status=\"2xx\"} 3\n")
          .contains("route=\"/containers/{id}/start\",method=\"POST\",status=\"4xx\"} 1\n")
          .doesNotContain("nonesuch")
          .doesNotContain("route=\"/v1.");

      docker.ok("unpause", "two");
    }
  }

  @Test
  void theApiIsNotReachableThere() throws Exception {
    try (DaemonFixture daemon =
        DaemonFixture.start("--metrics-addr", "127.0.0.1:0", "--health-addr", "127.0.0.1:0")) {
      String address = address(daemon);
      for (String path :
          List.of(
              "/", "/info", "/v1.51/info", "/_ping", "/containers/json", "/q/health/../../info")) {
        HttpResponse<String> answer = get(address, path);
        assertThat(answer.statusCode()).as(path).isEqualTo(404);
        assertThat(answer.headers().firstValue("Api-Version")).as(path).isEmpty();
      }
      for (String path : List.of("", "/live", "/ready", "/started")) {
        HttpResponse<String> answer = get(address, "/q/health" + path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        assertThat(answer.body()).contains("\"status\": \"UP\"");
        assertThat(daemon.http().get("/q/health" + path).status()).as(path).isEqualTo(200);
      }
      assertThat(daemon.http().get("/q/health/ready").body())
          .contains("\"driver\": \"overlay2\"", "\"freeBytes\"", "\"conmon\"");
      assertThat(daemon.http().get("/q/health/started").body()).contains("\"recovery\"");
      assertThat(daemon.http().get("/metrics").status()).isEqualTo(404);
    }
  }

  @Test
  void notReadyWithoutARuntime() {
    try (DaemonFixture daemon = DaemonFixture.stopped().without("runc", "crun")) {
      daemon.up();
      Http.Answer ready = daemon.http().get("/q/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.body())
          .contains("\"status\": \"DOWN\"", "\"reason\": \"neither runc nor crun is installed\"");
      assertThat(daemon.http().get("/q/health").status()).isEqualTo(503);
      assertThat(daemon.http().get("/q/health/live").status()).isEqualTo(200);
      assertThat(daemon.http().get("/q/health/started").status()).isEqualTo(200);
    }
  }

  @Test
  void anAddressNobodyCanListenOnFailsTheStart() {
    try (DaemonFixture daemon = DaemonFixture.stopped("--metrics-addr", "nonsense")) {
      daemon.launch();
      assertThat(daemon.awaitEnd(Command.LIMIT)).isEqualTo(1);
      assertThat(daemon.log())
          .contains(
              "failed to start daemon: failed to start metrics server: error parsing tcp address:"
                  + " address nonsense: missing port in address");
    }
  }

  private static String address(DaemonFixture daemon) {
    Matcher listening = LISTENING.matcher(daemon.log());
    assertThat(listening.find()).as(daemon.log()).isTrue();
    return listening.group(1);
  }

  private static double action(String text, String of, String action) {
    return value(text, "engine_daemon_" + of + "_actions_seconds_count{action=\"" + action + "\"}");
  }

  private static double value(String text, String series) {
    return text.lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(series + " is missing from\n" + text));
  }

  private static HttpResponse<String> get(String address, String path)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + address + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
