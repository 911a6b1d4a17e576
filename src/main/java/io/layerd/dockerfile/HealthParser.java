package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.HealthConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The arguments of HEALTHCHECK. */
final class HealthParser {
  private static final long MILLISECOND = 1_000_000;

  private final Flags flags;

  HealthParser(Flags flags) {
    this.flags = flags;
  }

  HealthConfig parse(String rest) {
    if (rest.isEmpty()) {
      throw new InstructionParser.Misuse("HEALTHCHECK requires at least one argument");
    }
    String[] parts = rest.split("\\s+", 2);
    String type = parts[0].toUpperCase(Locale.ROOT);
    String arguments = parts.length == 1 ? "" : parts[1];
    return switch (type) {
      case "NONE" -> {
        if (!arguments.isEmpty()) {
          throw new InstructionParser.Misuse("HEALTHCHECK NONE takes no arguments");
        }
        yield new HealthConfig(List.of("NONE"), 0, 0, 0, 0, 0);
      }
      case "CMD" -> command(arguments);
      default ->
          throw new InstructionParser.Misuse(
              "Unknown type " + Words.quote(type) + " in HEALTHCHECK (try CMD)");
    };
  }

  private HealthConfig command(String arguments) {
    flags.allow("interval", "timeout", "start-period", "start-interval", "retries");
    if (arguments.isEmpty()) {
      throw new InstructionParser.Misuse("Missing command after HEALTHCHECK CMD");
    }
    List<String> json = Words.json(arguments);
    List<String> test = new ArrayList<>();
    test.add(json == null ? "CMD-SHELL" : "CMD");
    test.addAll(json == null ? List.of(arguments) : json);
    return new HealthConfig(
        test,
        duration("interval"),
        duration("timeout"),
        duration("start-period"),
        duration("start-interval"),
        retries());
  }

  private long duration(String name) {
    String text = flags.text(name);
    if (text.isEmpty()) {
      return 0;
    }
    long nanoseconds = nanos(text);
    if (nanoseconds < 0 || (nanoseconds != 0 && nanoseconds < MILLISECOND)) {
      throw new InstructionParser.Misuse("Interval \"" + name + "\" cannot be less than 1ms");
    }
    return nanoseconds;
  }

  private static long nanos(String text) {
    try {
      return GoDuration.nanos(text);
    } catch (InvalidParameter e) {
      throw new InstructionParser.Misuse(e.getMessage());
    }
  }

  private int retries() {
    String text = flags.text("retries");
    if (text.isEmpty()) {
      return 0;
    }
    try {
      int count = Integer.parseInt(text);
      if (count < 0) {
        throw new InstructionParser.Misuse("--retries cannot be negative (" + count + ")");
      }
      return count;
    } catch (NumberFormatException e) {
      throw new InstructionParser.Misuse(
          "strconv.ParseInt: parsing "
              + Words.quote(text)
              + (text.matches("[-+]?[0-9]+") ? ": value out of range" : ": invalid syntax"));
    }
  }
}
