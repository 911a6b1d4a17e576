package io.layerd.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Adds up what the lines of a tar-split record stand for. */
final class TarSplitSize {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int SEGMENT = 2;

  private TarSplitSize() {}

  static long of(InputStream tarSplitGz) throws IOException {
    long sum = 0;
    try (JsonParser lines = JSON.createParser(new GZIPInputStream(tarSplitGz, BUFFER_BYTES))) {
      lines.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
      while (lines.nextToken() != null) {
        sum += line(lines);
      }
    }
    return sum;
  }

  private static long line(JsonParser lines) throws IOException {
    int type = 0;
    long size = 0;
    long payload = 0;
    while (lines.nextToken() == JsonToken.FIELD_NAME) {
      String field = lines.currentName();
      JsonToken value = lines.nextToken();
      switch (field) {
        case "type" -> type = lines.getIntValue();
        case "size" -> size = lines.getLongValue();
        case "payload" -> payload = value == JsonToken.VALUE_STRING ? decodedLength(lines) : 0;
        default -> lines.skipChildren();
      }
    }
    return type == SEGMENT ? payload : size;
  }

  /** How many bytes a text in base64 holds. */
  private static long decodedLength(JsonParser lines) throws IOException {
    int length = lines.getTextLength();
    char[] text = lines.getTextCharacters();
    int at = lines.getTextOffset() + length;
    int padding = 0;
    while (padding < Math.min(2, length) && text[at - 1 - padding] == '=') {
      padding++;
    }
    return length / 4 * 3L - padding;
  }
}
