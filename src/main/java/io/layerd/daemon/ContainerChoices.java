package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.graph.DriverOptions;
import io.layerd.runtime.ContainerDefaults;
import io.layerd.spec.LogConfig;
import io.layerd.spec.Ulimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the operator wants containers to have where they do not say otherwise.
 *
 * @param usual all but the seccomp profile
 * @param seccompProfile {@code builtin}, {@code unconfined} or a file
 * @param log the driver with its options
 */
record ContainerChoices(ContainerDefaults usual, String seccompProfile, LogConfig log) {
  private static final Set<String> NO_FILES = Set.of("", "builtin", "unconfined");
  private static final Set<String> LIMITS =
      Set.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");

  /**
   * @throws InvalidParameter for what makes no sense
   */
  static ContainerChoices of(Given given) {
    String size = given.text("default-shm-size");
    String ipc = given.text("default-ipc-mode");
    String driver = given.text("log-driver");
    long shm = size.isEmpty() ? ContainerDefaults.SHM_BYTES : bytes(given, size);
    ContainerDefaults usual =
        new ContainerDefaults(
            ulimits(given),
            shm == 0 ? ContainerDefaults.SHM_BYTES : shm,
            ipc.isEmpty() ? "private" : ipc,
            given.text("default-cgroupns-mode"),
            given.on("init", false),
            given.on("no-new-privileges", false),
            "builtin",
            "builtin");
    return new ContainerChoices(
        usual,
        given.text("seccomp-profile"),
        new LogConfig(driver.isEmpty() ? "json-file" : driver, given.pairs("log-opt", "log-opts")));
  }

  private static long bytes(Given given, String size) {
    try {
      return DriverOptions.sizeBytes(size);
    } catch (InvalidParameter e) {
      throw given.flags().containsKey("default-shm-size")
          ? Given.invalid("default-shm-size", size, e.getMessage())
          : e;
    }
  }

  private static List<Ulimit> ulimits(Given given) {
    List<Ulimit> limits = new ArrayList<>();
    for (String text : given.flags().getOrDefault("default-ulimit", List.of())) {
      limits.add(ulimit(text));
    }
    JsonNode inFile = given.file().get("default-ulimits");
    if (inFile != null) {
      for (Map.Entry<String, JsonNode> one : inFile.properties()) {
        JsonNode limit = one.getValue();
        String name = limit.path("Name").asText();
        limits.add(
            new Ulimit(
                name.isEmpty() ? one.getKey() : name,
                limit.path("Hard").asLong(),
                limit.path("Soft").asLong()));
      }
    }
    return List.copyOf(limits);
  }

  /** {@code nofile=1024:2048}, soft and hard, or one number for both. */
  private static Ulimit ulimit(String text) {
    String[] pair = text.split("=", 2);
    if (pair.length < 2) {
      throw Given.invalid("default-ulimit", text, "invalid ulimit argument: " + text);
    }
    if (!LIMITS.contains(pair[0])) {
      throw Given.invalid("default-ulimit", text, "invalid ulimit type: " + pair[0]);
    }
    String[] values = pair[1].split(":", -1);
    try {
      long soft = Long.parseLong(values[0]);
      long hard = values.length > 1 ? Long.parseLong(values[1]) : soft;
      if (values.length > 2) {
        throw Given.invalid(
            "default-ulimit",
            text,
            "too many limit value arguments - "
                + pair[1]
                + ", can only have up to two, `soft[:hard]`");
      }
      if (hard != -1 && (soft == -1 || soft > hard)) {
        throw Given.invalid(
            "default-ulimit",
            text,
            "ulimit soft limit must be less than or equal to hard limit: " + soft + " > " + hard);
      }
      return new Ulimit(pair[0], hard, soft);
    } catch (NumberFormatException e) {
      throw Given.invalid("default-ulimit", text, "invalid ulimit argument: " + text);
    }
  }

  /**
   * With the seccomp profile as the file has it now.
   *
   * @throws StartupFailure if it cannot be read
   */
  ContainerDefaults read() {
    String name = seccompProfile.isEmpty() ? "builtin" : seccompProfile;
    String profile = name;
    if (!NO_FILES.contains(name)) {
      try {
        profile = Files.readString(Path.of(name));
      } catch (NoSuchFileException e) {
        throw new StartupFailure(
            "opening seccomp profile (%1$s) failed: open %1$s: no such file or directory"
                .formatted(name),
            e);
      } catch (IOException e) {
        throw new StartupFailure(
            "opening seccomp profile (%1$s) failed: open %1$s: %2$s".formatted(name, Reason.of(e)),
            e);
      }
    }
    return usual.withSeccomp(profile, name);
  }
}
