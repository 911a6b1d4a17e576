package io.layerd.logs;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Sends to systemd's journal in its native protocol, with dockerd's fields. */
final class JournaldSink extends WiredSink {
  static final Path SOCKET = Path.of("/run/systemd/journal/socket");
  private static final int ERROR = 3;
  private static final int INFO = 6;

  private final Sys sys;
  private final Path socket;
  private final byte[] fields;

  JournaldSink(Sys sys, Path socket, LogSettings settings) {
    this.sys = sys;
    this.socket = socket;
    LogSubject subject = settings.subject();
    Bytes all = new Bytes(256);
    field("CONTAINER_ID", subject.shortId(), all);
    field("CONTAINER_ID_FULL", subject.id(), all);
    field("CONTAINER_NAME", subject.name(), all);
    field("CONTAINER_TAG", settings.tag(), all);
    field("IMAGE_NAME", subject.image(), all);
    field("SYSLOG_IDENTIFIER", settings.tag(), all);
    settings.attributes().forEach((name, value) -> field(name(name), value, all));
    fields = all.toByteArray();
  }

  /** Letters, digits and underscores, in capitals, none of the last at the start. */
  private static String name(String text) {
    String name =
        text.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9_]", "_").replaceFirst("^_+", "");
    return name.isEmpty() ? "LABEL" : name;
  }

  @Override
  Wire dial() throws IOException {
    if (Files.notExists(socket)) {
      throw new IOException("journald is not enabled on this host");
    }
    return Wire.unixDatagram(sys, socket.toString());
  }

  @Override
  byte[] message(LogRecord entry) {
    Bytes all = new Bytes(entry.content().length + fields.length + 128);
    field("MESSAGE", entry.content(), all);
    field("PRIORITY", String.valueOf(entry.stream() == LogRecord.STDERR ? ERROR : INFO), all);
    field("SYSLOG_TIMESTAMP", GoStamp.of(entry.time()), all);
    if (entry.partial()) {
      field("CONTAINER_PARTIAL_MESSAGE", "true", all);
    }
    all.writeBytes(fields);
    return all.toByteArray();
  }

  private static void field(String name, String value, Bytes to) {
    field(name, value.getBytes(StandardCharsets.UTF_8), to);
  }

  private static void field(String name, byte[] value, Bytes to) {
    to.ascii(name);
    to.write('\n');
    to.writeBytes(
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(value.length)
            .array());
    to.writeBytes(value);
    to.write('\n');
  }
}
