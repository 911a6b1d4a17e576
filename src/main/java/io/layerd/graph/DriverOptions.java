package io.layerd.graph;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code --storage-opt} values, with dockerd's complaints. */
public final class DriverOptions {
  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)*) ?([kKmMgGtTpP])?(i?[bB])?");
  private static final String UNITS = "kmgtp";

  /** One option, its key in lower case. */
  public record Option(String key, String value) {}

  private DriverOptions() {}

  /** Takes {@code key=value} apart. */
  public static List<Option> parse(List<String> options) {
    List<Option> parsed = new ArrayList<>();
    for (String option : options) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw new InvalidParameter("unable to parse storage-opt key/value: " + option);
      }
      parsed.add(
          new Option(
              option.substring(0, equals).strip().toLowerCase(Locale.ROOT),
              option.substring(equals + 1).strip()));
    }
    return parsed;
  }

  /** A size such as {@code 10G}, in units of 1024. */
  public static long sizeBytes(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidParameter("invalid size: '" + text + "'");
    }
    String unit = matcher.group(2);
    int power = unit == null ? 0 : UNITS.indexOf(unit.toLowerCase(Locale.ROOT)) + 1;
    try {
      return (long) (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power));
    } catch (NumberFormatException e) {
      throw new InvalidParameter("invalid size: '" + text + "'", e);
    }
  }
}
