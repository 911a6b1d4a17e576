package io.layerd.logs;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as options give them, {@code 10m} or {@code 1.5 GB}: dockerd takes units of files for
 * powers of 1000, of memory for 1024.
 */
final class ByteSize {
  private static final Pattern FORM =
      Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+) ?([kmgtp]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);
  private static final BigDecimal DECIMAL = BigDecimal.valueOf(1000);
  private static final BigDecimal BINARY = BigDecimal.valueOf(1024);

  private ByteSize() {}

  /**
   * @throws IllegalArgumentException {@code invalid size: 'TEXT'}
   */
  static long file(String text) {
    return parse(text, DECIMAL);
  }

  /**
   * @throws IllegalArgumentException {@code invalid size: 'TEXT'}
   */
  static long memory(String text) {
    return parse(text, BINARY);
  }

  private static long parse(String text, BigDecimal step) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("invalid size: '" + text + "'");
    }
    int unit =
        " kmgtp"
            .indexOf(
                parts.group(2).isEmpty() ? ' ' : parts.group(2).toLowerCase(Locale.ROOT).charAt(0));
    return new BigDecimal(parts.group(1)).multiply(step.pow(unit)).longValue();
  }
}
