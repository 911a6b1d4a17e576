package io.layerd.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** daemon.json, read and checked as dockerd does it. */
final class ConfigFile {
  static final Path DEFAULT = Path.of("/etc/docker/daemon.json");

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** A text that ends within true, false or null. */
  private static final Pattern CUT_LITERAL =
      Pattern.compile("[^\\w\"](t|tr|tru|f|fa|fal|fals|n|nu|nul)\\s*$");

  private ConfigFile() {}

  /**
   * The directives in a file; none if it is empty or, unless {@code required}, absent.
   *
   * @throws StartupFailure in dockerd's words, without the file's name
   */
  static Map<String, JsonNode> read(Path file, boolean required) {
    String text;
    try {
      text = decode(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      if (!required) {
        return Map.of();
      }
      throw new StartupFailure("open " + file + ": no such file or directory", e);
    } catch (CharacterCodingException e) {
      throw new StartupFailure("invalid JSON: the file is not UTF-8", e);
    } catch (IOException e) {
      throw new StartupFailure("open " + file + ": " + e.getMessage(), e);
    }
    if (text.isBlank()) {
      return Map.of();
    }
    ObjectNode tree = parse(text);
    check(tree);
    return tree.properties().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /** Text editors on other systems put a byte order mark first, or write UTF-16. */
  private static String decode(byte[] bytes) throws CharacterCodingException {
    int start = 0;
    Charset charset = StandardCharsets.UTF_8;
    if (bytes.length >= 2 && (bytes[0] & 0xff) == 0xfe && (bytes[1] & 0xff) == 0xff) {
      charset = StandardCharsets.UTF_16BE;
      start = 2;
    } else if (bytes.length >= 2 && (bytes[0] & 0xff) == 0xff && (bytes[1] & 0xff) == 0xfe) {
      charset = StandardCharsets.UTF_16LE;
      start = 2;
    } else if (bytes.length >= 3
        && (bytes[0] & 0xff) == 0xef
        && (bytes[1] & 0xff) == 0xbb
        && (bytes[2] & 0xff) == 0xbf) {
      start = 3;
    }
    return charset
        .newDecoder()
        .decode(ByteBuffer.wrap(bytes, start, bytes.length - start))
        .toString();
  }

  private static ObjectNode parse(String text) {
    try {
      JsonNode tree = MAPPER.readTree(text);
      if (tree.isNull()) {
        return JsonNodeFactory.instance.objectNode();
      }
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new StartupFailure(
          "invalid JSON: json: cannot unmarshal "
              + goKind(tree)
              + " into Go value of type map[string]interface {}");
    } catch (JsonEOFException e) {
      throw new StartupFailure("invalid JSON: unexpected end of JSON input", e);
    } catch (JsonProcessingException e) {
      if (CUT_LITERAL.matcher(text).find()) {
        throw new StartupFailure("invalid JSON: unexpected end of JSON input", e);
      }
      throw new StartupFailure(
          "invalid JSON: "
              + e.getOriginalMessage()
              + " (line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ")",
          e);
    }
  }

  private static void check(ObjectNode tree) {
    List<String> unknown = new ArrayList<>();
    tree.fieldNames()
        .forEachRemaining(
            name -> {
              if (ConfigKeys.REFUSED.contains(name)) {
                throw new StartupFailure(
                    "layerd does not support \"" + name + "\": remove it from the file");
              }
              if (!ConfigKeys.KNOWN.containsKey(name) && !ConfigKeys.IGNORED.contains(name)) {
                unknown.add(name);
              }
            });
    if (!unknown.isEmpty()) {
      Collections.sort(unknown);
      throw new StartupFailure(
          "the following directives don't match any configuration option: "
              + String.join(", ", unknown));
    }
    tree.properties().forEach(entry -> checkType(entry.getKey(), entry.getValue()));
  }

  private static void checkType(String name, JsonNode value) {
    ConfigKeys.Type type = ConfigKeys.KNOWN.get(name);
    if (type == null || value.isNull()) {
      return;
    }
    boolean fits =
        switch (type) {
          case STRING -> value.isTextual();
          case BOOL -> value.isBoolean();
          case INT -> value.isIntegralNumber() && value.canConvertToInt();
          case STRINGS -> value.isArray();
        };
    if (!fits) {
      throw mismatch(value, name, type.goName);
    }
    for (JsonNode element : value) {
      if (!element.isTextual()) {
        throw mismatch(element, name, "string");
      }
    }
  }

  private static StartupFailure mismatch(JsonNode value, String name, String type) {
    return new StartupFailure(
        "invalid JSON: json: cannot unmarshal "
            + goKind(value)
            + " into Go struct field Config."
            + name
            + " of type "
            + type);
  }

  private static String goKind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "array";
      case BOOLEAN -> "bool";
      case NUMBER -> value.isIntegralNumber() ? "number" : "number " + value.asText();
      case OBJECT, POJO -> "object";
      case STRING, BINARY -> "string";
      case NULL, MISSING -> "null";
    };
  }
}
