package io.layerd.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.metrics.Metrics;
import org.junit.jupiter.api.Test;

class RequestTimesTest {
  private final Metrics metrics = new Metrics();
  private final RequestTimes times = new RequestTimes(metrics);

  @Test
  void countsByRouteMethodAndStatusClass() {
    times.record("/containers/a/start", "POST", 204, 2_000_000);
    times.record("/containers/b/start", "POST", 304, 2_000_000);
    times.record("/containers/c/start", "POST", 204, 2_000_000);
    assertThat(counts())
        .contains("{route=\"/containers/{id}/start\",method=\"POST\",status=\"2xx\"} 2\n")
        .contains("{route=\"/containers/{id}/start\",method=\"POST\",status=\"3xx\"} 1\n");
  }

  @Test
  void clientsCannotMakeNewSeries() {
    for (int i = 0; i < 1000; i++) {
      times.record("/made/up/" + i, "GET", 404, 1000);
      times.record("/images/made/up/" + i, "GET", 404, 1000);
      times.record("/_ping", "VERB" + i, 404, 1000);
    }
    assertThat(counts().lines()).hasSize(3);
  }

  private String counts() {
    StringBuilder counts = new StringBuilder();
    metrics
        .text()
        .lines()
        .filter(line -> line.startsWith(RequestTimes.FAMILY + "_count"))
        .forEach(line -> counts.append(line).append('\n'));
    return counts.toString();
  }
}
