package io.layerd.logs;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.logs.LogFiles.Rotation;
import io.layerd.spec.LogConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What a container's logging driver and its options come to.
 *
 * @param options as they were given
 * @param attributes the labels, variables and tag that go with each line, by name
 * @param tag what names the container where logs of many come together
 */
public record LogSettings(
    LogDriver driver,
    Map<String, String> options,
    Rotation rotation,
    Map<String, String> attributes,
    String tag,
    LogSubject subject) {
  private static final long LOCAL_BYTES = 20 << 20;
  private static final int LOCAL_FILES = 5;
  private static final String USUAL_BUFFER = "1m";

  /**
   * What dockerd checks when a container is made.
   *
   * @throws NotFound for a driver that there is not
   * @throws InvalidParameter for an option that the driver does not know
   */
  public static void check(LogConfig log) {
    LogDriver driver = driver(log);
    if (driver == LogDriver.NONE) {
      return;
    }
    Map<String, String> options = options(log);
    String mode = options.getOrDefault("mode", "");
    switch (mode) {
      case "", "blocking", "non-blocking" -> {}
      default -> throw new InvalidParameter("logger: logging mode not supported: " + mode);
    }
    String buffer = options.get("max-buffer-size");
    if (buffer != null) {
      if (!mode.equals("non-blocking")) {
        throw new InvalidParameter(
            "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
      }
      try {
        ByteSize.memory(buffer);
      } catch (IllegalArgumentException e) {
        throw new InvalidParameter("error parsing option max-buffer-size: " + e.getMessage(), e);
      }
    }
    for (String option : new TreeMap<>(options).keySet()) {
      if (!option.equals("mode") && !option.equals("max-buffer-size") && !driver.takes(option)) {
        String form =
            switch (driver) {
              case LOCAL -> "unknown log opt '%s' for log driver %s";
              case GELF -> "unknown log opt \"%s\" for %s log driver";
              case JSON_FILE, NONE, JOURNALD, SYSLOG, FLUENTD ->
                  "unknown log opt '%s' for %s log driver";
            };
        throw new InvalidParameter(form.formatted(option, driver.word()));
      }
    }
    SinkOptions.check(driver, options);
  }

  /**
   * What dockerd finds out when a container is started.
   *
   * @throws InvalidParameter if a value makes no sense
   */
  public static LogSettings of(LogConfig log, LogSubject subject) {
    LogDriver driver = driver(log);
    Map<String, String> options = options(log);
    try {
      boolean tagged = options.containsKey("tag") && driver != LogDriver.LOCAL;
      String tag =
          LogTag.expand(options.getOrDefault("tag", driver.remote() ? "{{.ID}}" : ""), subject);
      Map<String, String> attributes = attributes(options, subject);
      if (tagged && !tag.isEmpty() && driver == LogDriver.JSON_FILE) {
        attributes.put("tag", tag);
      }
      return new LogSettings(driver, options, rotation(driver, options), attributes, tag, subject);
    } catch (IllegalArgumentException e) {
      throw new InvalidParameter(
          "failed to create task for container: failed to initialize logging driver: "
              + e.getMessage(),
          e);
    }
  }

  private static LogDriver driver(LogConfig log) {
    LogDriver driver = LogDriver.of(log.type());
    if (driver == null) {
      throw new NotFound(
          "error looking up logging plugin "
              + log.type()
              + ": plugin \""
              + log.type()
              + "\" not found");
    }
    return driver;
  }

  private static Map<String, String> options(LogConfig log) {
    return log.config() == null ? Map.of() : log.config();
  }

  private static Rotation rotation(LogDriver driver, Map<String, String> options) {
    return switch (driver) {
      case JSON_FILE -> jsonRotation(options);
      case LOCAL -> localRotation(options, "");
      case NONE, JOURNALD, SYSLOG, FLUENTD, GELF -> localRotation(options, "cache-");
    };
  }

  private static Rotation jsonRotation(Map<String, String> options) {
    long most = -1;
    if (options.containsKey("max-size")) {
      most = ByteSize.file(options.getOrDefault("max-size", ""));
      if (most <= 0) {
        throw new IllegalArgumentException("max-size must be a positive number");
      }
    }
    int files =
        options.containsKey("max-file") ? GoNumber.atoi(options.getOrDefault("max-file", "")) : 1;
    if (files < 1) {
      throw new IllegalArgumentException("max-file cannot be less than 1");
    }
    boolean compress =
        options.containsKey("compress") && GoNumber.bool(options.getOrDefault("compress", ""));
    if (compress && (files < 2 || most < 0)) {
      throw new IllegalArgumentException(
          "compress cannot be true when max-file is less than 2 or max-size is not set");
    }
    return new Rotation(most, files, compress);
  }

  private static Rotation localRotation(Map<String, String> options, String prefix) {
    long most = LOCAL_BYTES;
    String size = options.get(prefix + "max-size");
    if (size != null) {
      try {
        most = ByteSize.file(size);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "invalid value for max-size: " + size + ": " + e.getMessage(), e);
      }
      if (most <= 0) {
        throw new IllegalArgumentException("max size must be greater than 0");
      }
    }
    int files = LOCAL_FILES;
    if (options.containsKey(prefix + "max-file")) {
      files = GoNumber.atoi(options.getOrDefault(prefix + "max-file", ""));
    }
    boolean compress = true;
    if (options.containsKey(prefix + "compress")) {
      try {
        compress = GoNumber.bool(options.getOrDefault(prefix + "compress", ""));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "error reading compress log option: " + e.getMessage(), e);
      }
    }
    if (compress && files <= 1) {
      throw new IllegalArgumentException("compression cannot be enabled when max file count is 1");
    }
    if (files < 1) {
      throw new IllegalArgumentException("max file must be greater than 0");
    }
    return new Rotation(most, files, compress);
  }

  private static Map<String, String> attributes(Map<String, String> options, LogSubject subject) {
    Map<String, String> attributes = new TreeMap<>();
    pick(options.get("labels"), options.get("labels-regex"), subject.labels(), attributes);
    Map<String, String> variables = new TreeMap<>();
    for (String variable : subject.env()) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        variables.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    pick(options.get("env"), options.get("env-regex"), variables, attributes);
    return attributes;
  }

  private static void pick(
      @org.jspecify.annotations.Nullable String names,
      @org.jspecify.annotations.Nullable String regex,
      Map<String, String> from,
      Map<String, String> to) {
    if (names != null && !names.isEmpty()) {
      for (String name : List.of(names.split(",", -1))) {
        String value = from.get(name);
        if (value != null) {
          to.put(name, value);
        }
      }
    }
    if (regex != null && !regex.isEmpty()) {
      Pattern pattern;
      try {
        pattern = Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "error parsing regexp: " + description(e) + ": `" + regex + "`", e);
      }
      from.forEach(
          (name, value) -> {
            if (pattern.matcher(name).find()) {
              to.put(name, value);
            }
          });
    }
  }

  private static String description(PatternSyntaxException e) {
    return e.getDescription().equals("Unclosed group") ? "missing closing )" : e.getDescription();
  }

  /** Whether {@code docker logs} finds anything. */
  public boolean readable() {
    return driver != LogDriver.NONE && !(driver.remote() && cacheDisabled());
  }

  boolean cacheDisabled() {
    try {
      return options.containsKey("cache-disabled")
          && GoNumber.bool(options.getOrDefault("cache-disabled", ""));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** How many bytes may wait for a slow receiver; -1 for any number. */
  long mostWaiting() {
    return options.getOrDefault("mode", "").equals("non-blocking")
        ? ByteSize.memory(options.getOrDefault("max-buffer-size", USUAL_BUFFER))
        : -1;
  }

  RecordFormat format() {
    return driver == LogDriver.JSON_FILE ? new JsonFormat(attributes) : new LocalFormat();
  }
}
