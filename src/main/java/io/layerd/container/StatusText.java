package io.layerd.container;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The STATUS column of {@code docker ps}. */
final class StatusText {
  private StatusText() {}

  static String of(ContainerState state, @Nullable Health health, Instant now) {
    if (state.running()) {
      if (state.paused()) {
        return "Up " + age(state.startedAt(), now) + " (Paused)";
      }
      if (state.restarting()) {
        return "Restarting (" + state.exitCode() + ") " + age(state.finishedAt(), now) + " ago";
      }
      return "Up " + age(state.startedAt(), now) + suffix(health);
    }
    if (state.removing()) {
      return "Removal In Progress";
    }
    if (state.dead()) {
      return "Dead";
    }
    if (state.startedAt().never()) {
      return "Created";
    }
    if (state.finishedAt().never()) {
      return "";
    }
    return "Exited (" + state.exitCode() + ") " + age(state.finishedAt(), now) + " ago";
  }

  private static String suffix(@Nullable Health health) {
    if (health == null) {
      return "";
    }
    return health.status().equals(Health.STARTING)
        ? " (health: starting)"
        : " (" + health.status() + ")";
  }

  private static String age(GoTime then, Instant now) {
    Duration age = Duration.between(then.instant(), now);
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 1) {
      return "Less than a second";
    }
    if (seconds == 1) {
      return "1 second";
    }
    if (seconds < 60) {
      return seconds + " seconds";
    }
    long minutes = seconds / 60;
    if (minutes == 1) {
      return "About a minute";
    }
    if (minutes < 60) {
      return minutes + " minutes";
    }
    long hours = Math.round(seconds / 3600.0);
    if (hours == 1) {
      return "About an hour";
    }
    if (hours < 48) {
      return hours + " hours";
    }
    if (hours < 24 * 7 * 2) {
      return hours / 24 + " days";
    }
    if (hours < 24 * 30 * 2) {
      return hours / 24 / 7 + " weeks";
    }
    if (hours < 24 * 365 * 2) {
      return hours / 24 / 30 + " months";
    }
    return hours / 24 / 365 + " years";
  }
}
