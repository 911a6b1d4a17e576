package io.layerd.logs;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The logging drivers, and the options that each takes besides those of all. */
enum LogDriver {
  JSON_FILE(
      "json-file",
      Set.of(
          "max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag")),
  LOCAL("local", Set.of("max-size", "max-file", "compress")),
  NONE("none", Set.of()),
  JOURNALD("journald", Set.of("labels", "labels-regex", "env", "env-regex", "tag")),
  SYSLOG(
      "syslog",
      Set.of(
          "env",
          "env-regex",
          "labels",
          "labels-regex",
          "syslog-address",
          "syslog-facility",
          "syslog-tls-ca-cert",
          "syslog-tls-cert",
          "syslog-tls-key",
          "syslog-tls-skip-verify",
          "tag",
          "syslog-format")),
  FLUENTD(
      "fluentd",
      Set.of(
          "env",
          "env-regex",
          "labels",
          "labels-regex",
          "tag",
          "fluentd-address",
          "fluentd-async",
          "fluentd-async-connect",
          "fluentd-async-reconnect-interval",
          "fluentd-buffer-limit",
          "fluentd-request-ack",
          "fluentd-retry-wait",
          "fluentd-max-retries",
          "fluentd-sub-second-precision",
          "fluentd-write-timeout")),
  GELF(
      "gelf",
      Set.of(
          "env",
          "env-regex",
          "labels",
          "labels-regex",
          "tag",
          "gelf-address",
          "gelf-compression-type",
          "gelf-compression-level",
          "gelf-tcp-max-reconnect",
          "gelf-tcp-reconnect-delay"));

  /** What layerd's own copy of a log that went elsewhere takes, whatever the driver. */
  private static final Set<String> CACHE =
      Set.of("cache-disabled", "cache-max-size", "cache-max-file", "cache-compress");

  private final String word;

  @SuppressWarnings("ImmutableEnumChecker") // made by Set.of
  private final Set<String> options;

  LogDriver(String word, Set<String> options) {
    this.word = word;
    this.options = options;
  }

  String word() {
    return word;
  }

  boolean takes(String option) {
    return options.contains(option) || CACHE.contains(option);
  }

  /** Whether the log is not in a file of the container's directory, but sent somewhere. */
  boolean remote() {
    return this == JOURNALD || this == SYSLOG || this == FLUENTD || this == GELF;
  }

  /** An empty name is {@code json-file}. */
  static @Nullable LogDriver of(String word) {
    if (word.isEmpty()) {
      return JSON_FILE;
    }
    for (LogDriver driver : values()) {
      if (driver.word.equals(word)) {
        return driver;
      }
    }
    return null;
  }
}
