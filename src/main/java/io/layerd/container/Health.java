package io.layerd.container;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;

/**
 * What health checks found: {@code State.Health}, as inspect shows it and as it is kept on disk.
 *
 * @param status {@code starting, healthy} or {@code unhealthy}
 * @param failingStreak failures since the last success
 * @param log the last {@link #LOG_SIZE} checks, oldest first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Health(
    @JsonProperty("Status") String status,
    @JsonProperty("FailingStreak") int failingStreak,
    @JsonProperty("Log") List<Check> log) {
  static final String STARTING = "starting";
  static final String HEALTHY = "healthy";
  static final String UNHEALTHY = "unhealthy";
  private static final int LOG_SIZE = 5;

  public Health {
    log = log == null ? List.of() : List.copyOf(log);
  }

  /**
   * One check.
   *
   * @param exitCode -1 if it did not end in time
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Check(
      @JsonProperty("Start") GoTime start,
      @JsonProperty("End") GoTime end,
      @JsonProperty("ExitCode") int exitCode,
      @JsonProperty("Output") String output) {}

  Health withStatus(String now) {
    return new Health(now, failingStreak, log);
  }

  /**
   * After one more check.
   *
   * @param counts whether a failure counts: not so while the container is given time to start
   */
  Health after(Check check, int retries, boolean counts) {
    ArrayList<Check> checks = new ArrayList<>(log);
    checks.add(check);
    List<Check> last = checks.subList(Math.max(0, checks.size() - LOG_SIZE), checks.size());
    if (check.exitCode() == 0) {
      return new Health(HEALTHY, 0, last);
    }
    int streak = counts ? failingStreak + 1 : failingStreak;
    return new Health(counts && streak >= retries ? UNHEALTHY : status, streak, last);
  }
}
