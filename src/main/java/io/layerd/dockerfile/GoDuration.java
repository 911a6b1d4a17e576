package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.math.BigDecimal;
import java.util.Map;

/** Durations as Go writes them: {@code 1h2m3.5s}. */
final class GoDuration {
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

  private GoDuration() {}

  /**
   * Nanoseconds.
   *
   * @throws InvalidParameter {@code time: invalid duration "x"}
   */
  static long nanos(String text) {
    String rest = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    if (rest.equals("0")) {
      return 0;
    }
    if (rest.isEmpty()) {
      throw invalid(text);
    }
    BigDecimal sum = BigDecimal.ZERO;
    int at = 0;
    while (at < rest.length()) {
      int number = at;
      while (at < rest.length() && isNumber(rest.charAt(at))) {
        at++;
      }
      String digits = rest.substring(number, at);
      if (!digits.matches("[0-9]+\\.?[0-9]*|\\.[0-9]+")) {
        throw invalid(text);
      }
      int start = at;
      while (at < rest.length() && !isNumber(rest.charAt(at))) {
        at++;
      }
      String unit = rest.substring(start, at);
      if (unit.isEmpty()) {
        throw new InvalidParameter("time: missing unit in duration " + Words.quote(text));
      }
      Long nanos = NANOS.get(unit);
      if (nanos == null) {
        throw new InvalidParameter(
            "time: unknown unit " + Words.quote(unit) + " in duration " + Words.quote(text));
      }
      String plain = digits.endsWith(".") ? digits + "0" : digits;
      sum = sum.add(new BigDecimal(plain).multiply(BigDecimal.valueOf(nanos)));
      if (sum.compareTo(MOST) > 0) {
        throw invalid(text);
      }
    }
    return text.startsWith("-") ? -sum.longValue() : sum.longValue();
  }

  /** What Go prints: {@code 5s}, {@code 1m30s}, {@code 0s}. */
  static String text(long nanos) {
    if (nanos == 0) {
      return "0s";
    }
    if (nanos < 1_000_000_000L) {
      return nanos < 1_000_000L ? decimal(nanos, 3) + "µs" : decimal(nanos, 6) + "ms";
    }
    long minutes = nanos / 60_000_000_000L;
    StringBuilder text = new StringBuilder();
    if (minutes >= 60) {
      text.append(minutes / 60).append('h');
    }
    if (minutes > 0) {
      text.append(minutes % 60).append('m');
    }
    return text.append(decimal(nanos % 60_000_000_000L, 9)).append('s').toString();
  }

  private static String decimal(long nanos, int places) {
    BigDecimal value = BigDecimal.valueOf(nanos, places);
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }

  private static boolean isNumber(char c) {
    return c == '.' || (c >= '0' && c <= '9');
  }

  private static InvalidParameter invalid(String text) {
    return new InvalidParameter("time: invalid duration " + Words.quote(text));
  }
}
