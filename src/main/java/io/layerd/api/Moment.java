package io.layerd.api;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A point in time in {@code since} and {@code until}: unix seconds, RFC 3339, or a duration back
 * from now.
 */
public final class Moment {
  private static final Pattern SECONDS = Pattern.compile("-?[0-9]+(\\.[0-9]{1,9})?");
  private static final Pattern DURATION =
      Pattern.compile("(?:([0-9.]+)h)?(?:([0-9.]+)m)?(?:([0-9.]+)s)?(?:([0-9.]+)ms)?");

  private Moment() {}

  /**
   * Null if absent or empty.
   *
   * @throws SystemFailure in Go's words, 500 as dockerd answers
   */
  public static @Nullable Instant parse(@Nullable String text, Instant now) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    if (SECONDS.matcher(text).matches()) {
      return seconds(text);
    }
    Instant moment = duration(text, now);
    if (moment == null) {
      moment = date(text);
    }
    if (moment == null) {
      throw new SystemFailure("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
    }
    return moment;
  }

  private static Instant seconds(String text) {
    try {
      BigDecimal value = new BigDecimal(text);
      long whole = value.setScale(0, java.math.RoundingMode.FLOOR).longValueExact();
      long nanos = value.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue();
      return Instant.ofEpochSecond(whole, nanos);
    } catch (ArithmeticException | DateTimeException e) {
      throw new InvalidParameter("time " + text + " is out of range", e);
    }
  }

  private static @Nullable Instant duration(String text, Instant now) {
    Matcher parts = DURATION.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    double[] unitSeconds = {3600, 60, 1, 0.001};
    double seconds = 0;
    for (int i = 0; i < unitSeconds.length; i++) {
      String part = parts.group(i + 1);
      if (part != null) {
        seconds += Double.parseDouble(part) * unitSeconds[i];
      }
    }
    return now.minus(Duration.ofNanos((long) (seconds * 1e9)));
  }

  private static @Nullable Instant date(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      // not with an offset
    }
    try {
      return LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException e) {
      // not with a time
    }
    try {
      return LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }
}
