package io.layerd.logs;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as Go's RFC3339Nano writes them: no zeros at the end of the fraction. */
final class GoStamp {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private GoStamp() {}

  static String of(Instant time) {
    StringBuilder text = new StringBuilder(32);
    SECONDS.formatTo(time, text);
    int nanos = time.getNano();
    if (nanos != 0) {
      String digits = String.valueOf(1_000_000_000 + nanos).substring(1);
      int end = digits.length();
      while (digits.charAt(end - 1) == '0') {
        end--;
      }
      text.append('.').append(digits, 0, end);
    }
    return text.append('Z').toString();
  }
}
