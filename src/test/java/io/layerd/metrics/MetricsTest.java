package io.layerd.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  @Test
  void countersAndGaugesInTheOrderOfTheirNames() {
    metrics.gauge("z_bytes", "Size", () -> 2.5);
    metrics.counter("a_total", "How often", new Label("way", "up")).add(3);
    metrics.counter("a_total", "How often", new Label("way", "down")).increment();
    metrics.sum("m_total", "Kept elsewhere", () -> 1e12);
    metrics.gauges("s_things", "By state", "state", () -> new TreeMap<>(Map.of("on", 1, "off", 2)));
    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP a_total How often
            # TYPE a_total counter
            a_total{way="down"} 1
            a_total{way="up"} 3
            # HELP m_total Kept elsewhere
            # TYPE m_total counter
            m_total 1000000000000
            # HELP s_things By state
            # TYPE s_things gauge
            s_things{state="off"} 2
            s_things{state="on"} 1
            # HELP z_bytes Size
            # TYPE z_bytes gauge
            z_bytes 2.5
            """);
  }

  @Test
  void histogramsAddUp() {
    Histogram histogram =
        metrics.histogram("h_seconds", "Time", new double[] {0.5, 1}, new Label("a", "b"));
    histogram.record(500_000_000); // a bound belongs to its bucket
    histogram.record(750_000_000);
    histogram.record(3_000_000_000L);
    assertThat(histogram.count()).isEqualTo(3);
    assertThat(metrics.text())
        .isEqualTo(
            """
            # HELP h_seconds Time
            # TYPE h_seconds histogram
            h_seconds_bucket{a="b",le="0.5"} 1
            h_seconds_bucket{a="b",le="1"} 2
            h_seconds_bucket{a="b",le="+Inf"} 3
            h_seconds_sum{a="b"} 4.25
            h_seconds_count{a="b"} 3
            """);
  }

  @Test
  void usualBoundsAreDockerds() {
    metrics.histogram("h_seconds", "Time");
    assertThat(metrics.text().lines().filter(line -> line.contains("_bucket")))
        .containsExactly(
            "h_seconds_bucket{le=\"0.005\"} 0",
            "h_seconds_bucket{le=\"0.01\"} 0",
            "h_seconds_bucket{le=\"0.025\"} 0",
            "h_seconds_bucket{le=\"0.05\"} 0",
            "h_seconds_bucket{le=\"0.1\"} 0",
            "h_seconds_bucket{le=\"0.25\"} 0",
            "h_seconds_bucket{le=\"0.5\"} 0",
            "h_seconds_bucket{le=\"1\"} 0",
            "h_seconds_bucket{le=\"2.5\"} 0",
            "h_seconds_bucket{le=\"5\"} 0",
            "h_seconds_bucket{le=\"10\"} 0",
            "h_seconds_bucket{le=\"+Inf\"} 0");
  }

  @Test
  void whatCouldBreakALineIsEscaped() {
    metrics.counter("a_total", "one\ntwo \\ three", new Label("v", "a\"b\\c\nd"));
    assertThat(metrics.text())
        .contains("# HELP a_total one\\ntwo \\\\ three\n")
        .contains("a_total{v=\"a\\\"b\\\\c\\nd\"} 0\n");
  }

  @Test
  void askingAgainAnswersTheSameSeries() {
    Counter counter = metrics.counter("a_total", "A", new Label("x", "1"));
    assertThat(metrics.counter("a_total", "A", new Label("x", "1"))).isSameAs(counter);
    assertThat(metrics.counter("a_total", "A", new Label("x", "2"))).isNotSameAs(counter);
    assertThatThrownBy(() -> metrics.histogram("a_total", "A")).hasMessage("a_total is a counter");
  }

  @Test
  void nothingIsLostWhenManyCount() {
    Counter counter = metrics.counter("a_total", "A");
    Histogram histogram = metrics.histogram("h_seconds", "H");
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        threads.submit(
            () -> {
              for (int n = 0; n < 1000; n++) {
                counter.increment();
                histogram.record(n);
              }
            });
      }
    }
    assertThat(counter.value()).isEqualTo(50_000);
    assertThat(histogram.count()).isEqualTo(50_000);
  }
}
