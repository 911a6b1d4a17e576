package io.layerd.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.SpecJson;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** JSON in query parameters, refused in Go's words. */
final class JsonText {
  private JsonText() {}

  /**
   * A text as a record.
   *
   * @param goType what dockerd calls the record
   * @param before what the message begins with
   * @return null for {@code null}
   */
  static <T> @Nullable T read(String text, Class<T> type, String goType, String before) {
    try (JsonParser parser = SpecJson.MAPPER.createParser(text)) {
      JsonNode tree = SpecJson.MAPPER.readTree(parser);
      if (tree == null || tree.isMissingNode()) {
        throw new InvalidParameter(before + "unexpected end of JSON input");
      }
      int end = (int) parser.currentLocation().getCharOffset();
      JsonToken more = parser.nextToken();
      if (more != null) {
        throw new InvalidParameter(before + unexpected(text, end, "after top-level value"));
      }
      if (tree.isNull()) {
        return null;
      }
      if (!tree.isObject()) {
        throw new InvalidParameter(
            before
                + "json: cannot unmarshal "
                + kind(tree.getNodeType())
                + " into Go value of type "
                + goType);
      }
      return SpecJson.read(tree, type);
    } catch (JsonEOFException e) {
      throw new InvalidParameter(before + "unexpected end of JSON input", e);
    } catch (JsonProcessingException e) {
      int at = (int) Math.max(0, e.getLocation().getCharOffset());
      throw new InvalidParameter(
          before + unexpected(text, at, "looking for beginning of value"), e);
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory can be read", e);
    }
  }

  private static String unexpected(String text, int from, String where) {
    for (int at = from; at < text.length(); at++) {
      if (!Character.isWhitespace(text.charAt(at))) {
        return "invalid character '" + text.charAt(at) + "' " + where;
      }
    }
    return "unexpected end of JSON input";
  }

  private static String kind(JsonNodeType type) {
    return switch (type) {
      case ARRAY -> "array";
      case BOOLEAN -> "bool";
      case NUMBER -> "number";
      case STRING -> "string";
      default -> "object";
    };
  }
}
