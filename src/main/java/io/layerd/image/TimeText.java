package io.layerd.image;

import io.layerd.error.InvalidParameter;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A point in time as users write it: Unix seconds, RFC 3339 with or without zone, a date, or how
 * long ago as a Go duration ({@code 1h30m}).
 */
public final class TimeText {
  private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,9})?");
  private static final Pattern DURATION =
      Pattern.compile("[-+]?(?:[0-9]*\\.?[0-9]+(?:ns|us|µs|ms|s|m|h))+");
  private static final Pattern STEP = Pattern.compile("([0-9]*\\.?[0-9]+)(ns|us|µs|ms|s|m|h)");
  private static final Pattern DATE =
      Pattern.compile(
          "[0-9]{4}-([0-9]{2})-([0-9]{2})(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}))?)?)?");
  private static final List<String> NAMES = List.of("month", "day", "hour", "minute", "second");
  private static final List<Integer> MOST = List.of(12, 31, 23, 59, 59);
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private TimeText() {}

  /**
   * @throws InvalidParameter {@code failed to parse value as time or duration}
   */
  public static Instant parse(String text, Instant now) {
    if (SECONDS.matcher(text).matches()) {
      BigDecimal value = new BigDecimal(text);
      long whole = value.longValue();
      long nanos = value.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
      return Instant.ofEpochSecond(whole, nanos);
    }
    if (DURATION.matcher(text).matches()) {
      return now.minus(duration(text));
    }
    try {
      return date(text);
    } catch (DateTimeException e) {
      throw new InvalidParameter(outOfRange(text), e);
    }
  }

  private static String outOfRange(String text) {
    Matcher parts = DATE.matcher(text);
    if (!parts.lookingAt()) {
      return "failed to parse value as time or duration: \"" + text + "\"";
    }
    String part = "day";
    for (int i = 0; i < NAMES.size(); i++) {
      String value = parts.group(i + 1);
      if (value != null && Integer.parseInt(value) > MOST.get(i)) {
        part = NAMES.get(i);
        break;
      }
    }
    return "parsing time \"" + text + "\": " + part + " out of range";
  }

  private static Duration duration(String text) {
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher step = STEP.matcher(text);
    while (step.find()) {
      BigDecimal unit = BigDecimal.valueOf(NANOS.getOrDefault(step.group(2), 0L));
      nanos = nanos.add(new BigDecimal(step.group(1)).multiply(unit));
    }
    Duration duration = Duration.ofNanos(nanos.longValue());
    return text.startsWith("-") ? duration.negated() : duration;
  }

  private static Instant date(String text) {
    ZoneId zone = ZoneId.systemDefault();
    int t = text.indexOf('T');
    if (t < 0) {
      return LocalDate.parse(text.endsWith("Z") ? text.substring(0, text.length() - 1) : text)
          .atStartOfDay(text.endsWith("Z") ? ZoneOffset.UTC : zone)
          .toInstant();
    }
    String time = text.substring(t + 1);
    if (time.endsWith("Z") || time.indexOf('+') >= 0 || time.indexOf('-') >= 0) {
      return OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME).toInstant();
    }
    if (time.length() == 2) {
      return LocalDate.parse(text.substring(0, t))
          .atTime(LocalTime.of(Integer.parseInt(time), 0))
          .atZone(zone)
          .toInstant();
    }
    return LocalDateTime.parse(text).atZone(zone).toInstant();
  }
}
