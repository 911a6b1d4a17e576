package io.layerd.container;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One line of a container's log file.
 *
 * @param stream 1 or 2
 * @param partial no newline follows: the line goes on in the next record of this stream
 */
record LogRecord(Instant time, int stream, boolean partial, byte[] content) {
  /**
   * Reads conmon's {@code 2016-10-06T00:17:09.669794202Z stdout F text}, or dockerd's JSON.
   *
   * @return null for anything else, such as a torn line
   */
  static @Nullable LogRecord parse(byte[] line, int from, int to) {
    if (from < to && line[from] == '{') {
      return json(line, from, to);
    }
    int time = find(line, from, to);
    int stream = time < 0 ? -1 : find(line, time + 1, to);
    if (stream < 0) {
      return null;
    }
    int tag = find(line, stream + 1, to);
    // An empty text may come without the space after the tag.
    int tagEnd = tag < 0 ? to : tag;
    int number = stream(text(line, time + 1, stream));
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

  private static @Nullable LogRecord json(byte[] line, int from, int to) {
    try {
      JsonNode tree = SpecJson.MAPPER.readTree(line, from, to - from);
      String log = tree.path("log").asText();
      int number = stream(tree.path("stream").asText());
      if (number == 0) {
        return null;
      }
      boolean partial = !log.endsWith("\n");
      String content = partial ? log : log.substring(0, log.length() - 1);
      return new LogRecord(
          OffsetDateTime.parse(tree.path("time").asText()).toInstant(),
          number,
          partial,
          content.getBytes(StandardCharsets.UTF_8));
    } catch (IOException | DateTimeException e) {
      return null;
    }
  }

  private static int stream(String name) {
    return switch (name) {
      case "stdout" -> 1;
      case "stderr" -> 2;
      default -> 0;
    };
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
