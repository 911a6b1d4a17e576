package io.layerd.logs;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * dockerd's {@code json-file}: a JSON object a line, {@code
 * {"log":"text\n","stream":"stdout","attrs":{...},"time":"..."}}.
 */
final class JsonFormat implements RecordFormat {
  private final byte[] attributes;

  /**
   * @param attributes written with every record; none is the member left out
   */
  JsonFormat(Map<String, String> attributes) {
    Bytes json = new Bytes(64);
    String before = ",\"attrs\":{";
    for (Map.Entry<String, String> entry : new TreeMap<>(attributes).entrySet()) {
      json.ascii(before);
      JsonText.quote(entry.getKey().getBytes(StandardCharsets.UTF_8), false, json);
      json.write(':');
      JsonText.quote(entry.getValue().getBytes(StandardCharsets.UTF_8), false, json);
      before = ",";
    }
    if (!attributes.isEmpty()) {
      json.write('}');
    }
    this.attributes = json.toByteArray();
  }

  @Override
  public void encode(LogRecord entry, Bytes to) {
    to.ascii("{\"log\":");
    JsonText.quote(entry.content(), !entry.partial(), to);
    to.ascii(
        entry.stream() == LogRecord.STDERR ? ",\"stream\":\"stderr\"" : ",\"stream\":\"stdout\"");
    to.writeBytes(attributes);
    to.ascii(",\"time\":\"");
    // ISO with a "Z", fractions as long as need be: Go's RFC3339Nano but for groups of three
    // digits.
    to.ascii(GoStamp.of(entry.time()));
    to.ascii("\"}\n");
  }

  @Override
  public RecordReader reader(FileChannel channel, long from) {
    return new LineReader(channel, from, JsonFormat::parse);
  }

  @Override
  public Tail tail(FileChannel channel, int lines, Streams streams) throws IOException {
    return new LineTail(channel, streams, JsonFormat::parse).find(lines);
  }

  static @Nullable LogRecord parse(byte[] line, int from, int to) {
    if (from >= to || line[from] != '{') {
      return null;
    }
    try {
      JsonNode tree = SpecJson.MAPPER.readTree(line, from, to - from);
      String log = tree.path("log").asText();
      int number = LogRecord.stream(tree.path("stream").asText());
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
}
