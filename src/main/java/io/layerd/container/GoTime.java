package io.layerd.container;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** A moment as Go writes it (RFC 3339, nanoseconds without trailing zeros). */
public record GoTime(Instant instant) {
  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(java.util.Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** Reads RFC 3339 with any offset. */
  @JsonCreator
  public static GoTime parse(String text) {
    return new GoTime(OffsetDateTime.parse(text).toInstant());
  }

  static GoTime now() {
    return new GoTime(Instant.now());
  }

  /** Whether it is Go's zero time. */
  public boolean never() {
    return instant.equals(ContainerState.NEVER);
  }

  @JsonValue
  @Override
  public String toString() {
    return FORMAT.format(instant);
  }
}
