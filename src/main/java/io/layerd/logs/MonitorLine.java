package io.layerd.logs;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A line of conmon's {@code k8s-file} format: {@code 2016-10-06T00:17:09.669794202Z stdout F text}.
 */
final class MonitorLine {
  private MonitorLine() {}

  /**
   * @return null for anything else, such as a torn line
   */
  static @Nullable LogRecord parse(byte[] line, int from, int to) {
    int time = find(line, from, to);
    int stream = time < 0 ? -1 : find(line, time + 1, to);
    if (stream < 0) {
      return null;
    }
    int tag = find(line, stream + 1, to);
    // An empty text may come without the space after the tag.
    int tagEnd = tag < 0 ? to : tag;
    int number = LogRecord.stream(text(line, time + 1, stream));
    if (number == 0 || tagEnd == stream + 1) {
      return null;
    }
    byte kind = line[stream + 1];
    if ((kind != 'F' && kind != 'P') || (tagEnd > stream + 2 && line[stream + 2] != ':')) {
      return null;
    }
    try {
      Instant when = OffsetDateTime.parse(text(line, from, time)).toInstant();
      return new LogRecord(
          when, number, kind == 'P', Arrays.copyOfRange(line, Math.min(tagEnd + 1, to), to));
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static int find(byte[] line, int from, int to) {
    for (int i = from; i < to; i++) {
      if (line[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  private static String text(byte[] line, int from, int to) {
    return new String(line, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
