package io.layerd.logs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sends to Fluentd or Fluent Bit in the forward protocol: a message {@code [tag, time, record]}
 * each.
 */
final class FluentdSink extends WiredSink {
  private static final int ARRAY_OF_3 = 0x93;
  private static final int UINT32 = 0xce;
  private static final int EXT8 = 0xd7;

  private final FluentdOptions options;
  private final String tag;
  private final Map<String, String> fields = new LinkedHashMap<>();

  FluentdSink(FluentdOptions options, LogSettings settings) {
    this.options = options;
    tag = settings.tag();
    fields.put("container_id", settings.subject().id());
    fields.put("container_name", "/" + settings.subject().name());
    fields.putAll(settings.attributes());
  }

  @Override
  public void connect() throws IOException {
    if (!options.async()) {
      super.connect();
    }
  }

  @Override
  Wire dial() throws IOException {
    return options.path().isEmpty() ? Wire.tcp(options.address()) : Wire.unixStream(options.path());
  }

  @Override
  byte[] message(LogRecord entry) {
    Bytes all = new Bytes(entry.content().length + 256);
    all.write(ARRAY_OF_3);
    text(tag, all);
    if (options.subSecond()) {
      // EventTime: extension type 0 of eight bytes
      all.write(EXT8);
      all.write(0);
      all.int32((int) entry.time().getEpochSecond());
      all.int32(entry.time().getNano());
    } else {
      all.write(UINT32);
      all.int32((int) entry.time().getEpochSecond());
    }
    int size = fields.size() + 2 + (entry.partial() ? 1 : 0);
    if (size < 16) {
      all.write(0x80 | size);
    } else {
      all.write(0xde);
      all.write(size >> 8);
      all.write(size);
    }
    fields.forEach(
        (name, value) -> {
          text(name, all);
          text(value, all);
        });
    text("source", all);
    text(LogRecord.streamName(entry.stream()), all);
    if (entry.partial()) {
      text("partial_message", all);
      text("true", all);
    }
    text("log", all);
    text(entry.content(), all);
    return all.toByteArray();
  }

  private static void text(String text, Bytes to) {
    text(text.getBytes(StandardCharsets.UTF_8), to);
  }

  private static void text(byte[] text, Bytes to) {
    if (text.length < 32) {
      to.write(0xa0 | text.length);
    } else if (text.length < 1 << 8) {
      to.write(0xd9);
      to.write(text.length);
    } else if (text.length < 1 << 16) {
      to.write(0xda);
      to.write(text.length >> 8);
      to.write(text.length);
    } else {
      to.write(0xdb);
      to.int32(text.length);
    }
    to.writeBytes(text);
  }
}
