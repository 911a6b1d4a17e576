package io.layerd.container;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.spec.ContainerConfig;
import io.layerd.spec.SpecJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Health NEW = new Health(Health.STARTING, 0, List.of());

  private static Health.Check check(int code) {
    return new Health.Check(new GoTime(NOW), new GoTime(NOW), code, "");
  }

  private static @Nullable HealthPlan plan(String json) throws Exception {
    return HealthPlan.of(
        SpecJson.MAPPER.readValue("{\"Healthcheck\":" + json + "}", ContainerConfig.class));
  }

  @Test
  void failuresCountUntilThereAreTooMany() {
    Health once = NEW.after(check(1), 2, true);
    assertThat(once.status()).isEqualTo("starting");
    assertThat(once.failingStreak()).isEqualTo(1);
    Health twice = once.after(check(-1), 2, true);
    assertThat(twice.status()).isEqualTo("unhealthy");
    Health well = twice.after(check(0), 2, true);
    assertThat(well.status()).isEqualTo("healthy");
    assertThat(well.failingStreak()).isZero();
  }

  @Test
  void failuresWhileStartingDoNotCount() throws Exception {
    HealthPlan plan =
        requireNonNull(plan("{\"Test\":[\"CMD\",\"x\"],\"StartPeriod\":10000000000}"));
    assertThat(plan.starting(NEW, NOW, NOW.plusSeconds(9))).isTrue();
    assertThat(plan.starting(NEW, NOW, NOW.plusSeconds(10))).isFalse();
    assertThat(plan.pause(NEW, NOW, NOW)).isEqualTo(Duration.ofSeconds(5));
    assertThat(plan.pause(NEW, NOW, NOW.plusSeconds(11))).isEqualTo(Duration.ofSeconds(30));
    assertThat(NEW.after(check(1), 1, false)).returns("starting", Health::status);
    assertThat(plan.starting(NEW.withStatus("healthy"), NOW, NOW)).isFalse();
  }

  @Test
  void theLogHoldsTheLastFive() {
    Health health = NEW;
    for (int code = 1; code <= 7; code++) {
      health = health.after(check(code), 100, true);
    }
    assertThat(health.log()).extracting(Health.Check::exitCode).containsExactly(3, 4, 5, 6, 7);
  }

  @Test
  void commandsAndDefaults() throws Exception {
    assertThat(plan("{\"Test\":[\"NONE\"]}")).isNull();
    assertThat(plan("{\"Test\":[]}")).isNull();
    assertThat(plan("null")).isNull();
    assertThat(requireNonNull(plan("{\"Test\":[\"CMD-SHELL\",\"a b\"]}")))
        .isEqualTo(
            new HealthPlan(
                List.of("/bin/sh", "-c", "a b"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Duration.ZERO,
                Duration.ofSeconds(5),
                3));
    assertThat(requireNonNull(plan("{\"Test\":[\"CMD\",\"a\",\"b\"],\"Retries\":1}")))
        .returns(List.of("a", "b"), HealthPlan::command)
        .returns(1, HealthPlan::retries);
  }

  @Test
  void outputIsCut() {
    HealthProbe.Output output = new HealthProbe.Output();
    output.write(1, "x".repeat(4000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(output.text()).hasSize(4000);
    output.write(2, "y".repeat(4000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(output.text()).hasSize(4099).endsWith("y...");
  }

  @Test
  void durationsAsGoPrintsThem() {
    assertThat(HealthProbe.text(Duration.ofMillis(400))).isEqualTo("400ms");
    assertThat(HealthProbe.text(Duration.ofMillis(1500))).isEqualTo("1.5s");
    assertThat(HealthProbe.text(Duration.ofSeconds(30))).isEqualTo("30s");
    assertThat(HealthProbe.text(Duration.ofMinutes(2))).isEqualTo("2m0s");
  }

  @Test
  void statusSaysIt() {
    ContainerState running = ContainerState.created().started(1);
    assertThat(StatusText.of(running, NEW, Instant.now())).endsWith(" (health: starting)");
    assertThat(StatusText.of(running, NEW.withStatus("healthy"), Instant.now()))
        .endsWith(" (healthy)");
  }
}
