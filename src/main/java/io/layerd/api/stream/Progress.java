package io.layerd.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.spec.SpecJson;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lines of a progress stream, as {@code docker pull} reads them. */
final class Progress {
  private static final int BAR = 50;
  private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

  private Progress() {}

  /** One line; a layer's line has {@code progressDetail}, empty without numbers. */
  static byte[] line(@Nullable String id, String status, long current, long total) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    line.put("status", status);
    boolean counted = id != null || current > 0 || total > 0;
    if (counted && !status.startsWith("Pulling from ")) {
      ObjectNode detail = line.putObject("progressDetail");
      if (current > 0 || total > 0) {
        if (current > 0) {
          detail.put("current", current);
        }
        if (total > 0) {
          detail.put("total", total);
        }
        line.put("progress", bar(current, total));
      }
    }
    if (id != null) {
      line.put("id", id);
    }
    return bytes(line);
  }

  /** A line that is no layer's. */
  static byte[] status(String status) {
    return line(null, status, 0, 0);
  }

  /** What a push came to, for programs. */
  static byte[] pushed(String tag, String digest, long sizeBytes) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    line.putObject("progressDetail");
    line.putObject("aux").put("Tag", tag).put("Digest", digest).put("Size", sizeBytes);
    return bytes(line);
  }

  /** A line of plain text. */
  static byte[] stream(String text) {
    return bytes(SpecJson.MAPPER.createObjectNode().put("stream", text));
  }

  /** The image a build made. */
  static byte[] aux(String id) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    line.putObject("aux").put("ID", id);
    return bytes(line);
  }

  /** What a build of BuildKit's said. */
  static byte[] trace(byte[] status) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    return bytes(line.put("id", "moby.buildkit.trace").put("aux", status));
  }

  /** The image that a build of BuildKit's made. */
  static byte[] image(String id) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode().put("id", "moby.image.id");
    line.putObject("aux").put("ID", id);
    return bytes(line);
  }

  /** The last line of a build whose program failed. */
  static byte[] error(int code, String message) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    line.putObject("errorDetail").put("code", code).put("message", message);
    line.put("error", message);
    return bytes(line);
  }

  /** The last line of a stream that failed. */
  static byte[] error(String message) {
    ObjectNode line = SpecJson.MAPPER.createObjectNode();
    line.putObject("errorDetail").put("message", message);
    line.put("error", message);
    return bytes(line);
  }

  private static byte[] bytes(ObjectNode line) {
    try {
      return (SpecJson.MAPPER.writeValueAsString(line) + "\r\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers can always be written", e);
    }
  }

  /** {@code [=====> ] 1.2MB/3.4MB}, for clients that draw no bar of their own. */
  static String bar(long current, long total) {
    if (total <= 0) {
      return "%8s".formatted(size(current));
    }
    int filled = (int) (Math.min(current, total) * 100.0 / total) / 2;
    return "["
        + "=".repeat(filled)
        + ">"
        + " ".repeat(BAR - filled)
        + "] "
        + "%8s/%s".formatted(size(current), size(total));
  }

  /** Four significant digits and a decimal unit, as docker's go-units prints a size. */
  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    int digits = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
    String text = String.format(Locale.ROOT, "%." + digits + "f", value);
    if (text.contains(".")) {
      text = text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }
    return text + UNITS[unit];
  }
}
