package io.layerd.logs;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Sends to Graylog, Logstash and their like in GELF 1.1: an object in JSON each, compressed and in
 * chunks over UDP, ended by a zero byte over TCP. Lines without text are left out, for which GELF
 * has no form.
 */
final class GelfSink extends WiredSink {
  private static final int CHUNK_BYTES = 1420;
  private static final int CHUNK_HEADER_BYTES = 12;
  private static final int MOST_CHUNKS = 128;
  private static final int ERROR = 3;
  private static final int INFO = 6;

  private final GelfOptions options;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, String> fields = new TreeMap<>();
  private final String host;

  GelfSink(GelfOptions options, LogSettings settings) {
    this.options = options;
    this.host = hostName();
    LogSubject subject = settings.subject();
    settings.attributes().forEach((name, value) -> fields.put("_" + name, value));
    fields.put("_container_id", subject.id());
    fields.put("_container_name", subject.name());
    fields.put("_image_id", subject.imageId());
    fields.put("_image_name", subject.image());
    fields.put("_command", String.join(" ", subject.command()));
    fields.put("_tag", settings.tag());
    fields.put("_created", subject.created());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }

  @Override
  public void connect() throws IOException {
    try {
      super.connect();
    } catch (IOException e) {
      throw new IOException(
          "gelf: cannot connect to GELF endpoint: %s:%d %s"
              .formatted(options.host(), options.port(), e.getMessage()),
          e);
    }
  }

  @Override
  public void send(LogRecord entry) throws IOException {
    if (entry.content().length > 0) {
      super.send(entry);
    }
  }

  @Override
  Wire dial() throws IOException {
    if (options.tcp()) {
      return Wire.tcp(options.address());
    }
    Wire datagrams = Wire.udp(options.address());
    return new Wire() {
      @Override
      public void send(byte[] message) throws IOException {
        inChunks(message, datagrams);
      }

      @Override
      public void close() throws IOException {
        datagrams.close();
      }
    };
  }

  /** A message that is too long even for the most chunks is not sent, as with dockerd. */
  private void inChunks(byte[] message, Wire wire) throws IOException {
    if (message.length <= CHUNK_BYTES) {
      wire.send(message);
      return;
    }
    int part = CHUNK_BYTES - CHUNK_HEADER_BYTES;
    int count = (message.length + part - 1) / part;
    if (count > MOST_CHUNKS) {
      return;
    }
    byte[] id = new byte[8];
    random.nextBytes(id);
    for (int i = 0; i < count; i++) {
      Bytes chunk = new Bytes(CHUNK_BYTES);
      chunk.write(0x1e);
      chunk.write(0x0f);
      chunk.writeBytes(id);
      chunk.write(i);
      chunk.write(count);
      chunk.write(message, i * part, Math.min(part, message.length - i * part));
      wire.send(chunk.toByteArray());
    }
  }

  @Override
  byte[] message(LogRecord entry) {
    Bytes json = new Bytes(entry.content().length + 512);
    json.ascii("{\"version\":\"1.1\",\"host\":");
    text(host, json);
    json.ascii(",\"short_message\":");
    JsonText.quote(entry.content(), false, json);
    json.ascii(",\"timestamp\":");
    json.ascii(
        BigDecimal.valueOf(entry.time().toEpochMilli(), 3).stripTrailingZeros().toPlainString());
    json.ascii(",\"level\":" + (entry.stream() == LogRecord.STDERR ? ERROR : INFO));
    fields.forEach(
        (name, value) -> {
          json.write(',');
          text(name, json);
          json.write(':');
          text(value, json);
        });
    json.write('}');
    if (options.tcp()) {
      json.write(0);
      return json.toByteArray();
    }
    return compressed(json.toByteArray());
  }

  private static void text(String text, Bytes to) {
    JsonText.quote(text.getBytes(StandardCharsets.UTF_8), false, to);
  }

  private byte[] compressed(byte[] json) {
    Bytes packed = new Bytes(json.length);
    try (OutputStream out =
        switch (options.compression()) {
          case GZIP ->
              new GZIPOutputStream(packed) {
                {
                  def.setLevel(options.level());
                }
              };
          case ZLIB -> new DeflaterOutputStream(packed, new Deflater(options.level()));
          case NONE -> packed;
        }) {
      out.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
