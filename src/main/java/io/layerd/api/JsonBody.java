package io.layerd.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.layerd.error.InvalidParameter;
import io.layerd.error.TooLarge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Request bodies, read as strictly as dockerd reads them and refused in its words. Field names
 * match in any case and unknown fields are left out, as Go's decoder has it.
 */
public final class JsonBody {
  /** More than any JSON a client sends. */
  public static final int LIMIT_BYTES = 16 * 1024 * 1024;

  private static final ObjectMapper MAPPER = mapper();

  /** A text that ends within true, false or null. */
  private static final Pattern CUT_LITERAL =
      Pattern.compile("[^\\w\"](t|tr|tru|f|fa|fal|fals|n|nu|nul)\\s*$");

  private JsonBody() {}

  private static ObjectMapper mapper() {
    JsonMapper mapper =
        JsonMapper.builder()
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            // Cmd and Entrypoint may be a single word
            .enable(DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
            .build();
    mapper
        .coercionConfigFor(LogicalType.Textual)
        .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
    return mapper;
  }

  /**
   * The body as a record.
   *
   * @throws InvalidParameter if there is none
   */
  public static <T> T read(byte[] body, @Nullable String contentType, Class<T> type) {
    T value = readOrNull(body, contentType, type);
    if (value == null) {
      throw new InvalidParameter("invalid JSON: got EOF while reading request body");
    }
    return value;
  }

  /** The body as a record; null without a body. */
  public static <T> @Nullable T readOrNull(
      byte[] body, @Nullable String contentType, Class<T> type) {
    checkContentType(body, contentType);
    if (body.length > LIMIT_BYTES) {
      throw tooLarge();
    }
    if (body.length == 0) {
      return null;
    }
    try (JsonParser parser = MAPPER.createParser(body)) {
      JsonNode tree = MAPPER.readTree(parser);
      if (tree == null || tree.isMissingNode()) {
        throw new InvalidParameter("invalid JSON: got EOF while reading request body");
      }
      if (parser.nextToken() != null) {
        throw new InvalidParameter("unexpected content after JSON");
      }
      if (tree.isNull()) {
        tree = MAPPER.createObjectNode();
      }
      if (!tree.isObject()) {
        throw new InvalidParameter(
            "invalid JSON: json: cannot unmarshal "
                + kind(tree.asToken())
                + " into Go value of type "
                + goName(type));
      }
      return MAPPER.treeToValue(tree, type);
    } catch (JsonEOFException e) {
      throw new InvalidParameter("invalid JSON: unexpected EOF", e);
    } catch (JsonMappingException e) {
      throw mismatch(e);
    } catch (JsonProcessingException e) {
      throw new InvalidParameter("invalid JSON: " + syntax(e, body), e);
    } catch (IOException e) {
      throw new InvalidParameter("invalid JSON: " + e.getMessage(), e);
    }
  }

  /** What a body beyond the limit is answered with. */
  public static TooLarge tooLarge() {
    return new TooLarge("request body is larger than 16 MiB");
  }

  /** Whether a well-formed body holds no field at all. */
  static boolean isEmptyObject(byte[] body) {
    try {
      JsonNode tree = MAPPER.readTree(body);
      return !tree.isObject() || tree.isEmpty();
    } catch (IOException e) {
      throw new InvalidParameter("invalid JSON: " + e.getMessage(), e);
    }
  }

  private static void checkContentType(byte[] body, @Nullable String contentType) {
    if (contentType == null || contentType.isEmpty()) {
      if (body.length > 0) {
        throw new InvalidParameter("malformed Content-Type header (): mime: no media type");
      }
      return;
    }
    String media = contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    if (!media.equals("application/json")) {
      throw new InvalidParameter(
          "unsupported Content-Type header (" + contentType + "): must be 'application/json'");
    }
  }

  private static InvalidParameter mismatch(JsonMappingException e) {
    if (e.getCause() instanceof InvalidParameter cause) {
      return cause;
    }
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() != null) {
        path.append('.').append(step.getFieldName());
      }
    }
    if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
      JsonParser parser = e.getProcessor() instanceof JsonParser p ? p : null;
      JsonToken token = parser == null ? null : parser.currentToken();
      return new InvalidParameter(
          "invalid JSON: json: cannot unmarshal "
              + kind(token)
              + " into Go struct field "
              + path
              + " of type "
              + goType(mismatch.getTargetType()),
          e);
    }
    return new InvalidParameter("invalid JSON: " + path + ": " + e.getOriginalMessage(), e);
  }

  private static String kind(@Nullable JsonToken token) {
    return switch (token) {
      case START_ARRAY, END_ARRAY -> "array";
      case START_OBJECT, END_OBJECT, FIELD_NAME -> "object";
      case VALUE_TRUE, VALUE_FALSE -> "bool";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "number";
      case VALUE_STRING -> "string";
      case null, default -> "value";
    };
  }

  /** What dockerd calls the object, since it names it to the client. */
  private static String goName(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "CreateBody", "ContainerConfig" -> "container.CreateRequest";
      case "ExecConfig" -> "container.ExecOptions";
      case "ExecStart" -> "container.ExecStartOptions";
      case "VolumeBody" -> "volume.CreateOptions";
      default -> type.getSimpleName();
    };
  }

  private static String goType(Class<?> type) {
    if (type == boolean.class || type == Boolean.class) {
      return "bool";
    }
    if (type == long.class || type == Long.class) {
      return "int64";
    }
    if (type == int.class || type == Integer.class) {
      return "int";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "[]string";
    }
    if (Map.class.isAssignableFrom(type)) {
      return "map[string]string";
    }
    return type == String.class ? "string" : type.getSimpleName();
  }

  /**
   * What is wrong with a text, as Go says it: that names the character, Jackson says where it is.
   */
  public static String syntax(JsonProcessingException e, byte[] body) {
    JsonLocation where = e.getLocation();
    long offset = where == null ? -1 : where.getByteOffset();
    String message = e.getOriginalMessage();
    if (CUT_LITERAL.matcher(new String(body, StandardCharsets.UTF_8)).find()) {
      return "unexpected EOF";
    }
    if (message.startsWith("Unexpected character") || message.startsWith("Unrecognized token")) {
      for (long at = Math.max(0, offset); at < body.length; at++) {
        char character = (char) body[(int) at];
        if (!Character.isWhitespace(character)) {
          return "invalid character '"
              + character
              + (message.contains("double-quote to start field name")
                  ? "' looking for beginning of object key string"
                  : "' looking for beginning of value");
        }
      }
    }
    return message;
  }
}
