package io.layerd.daemon;

import com.fasterxml.jackson.core.JsonProcessingException;
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
import java.util.Set;
import java.util.stream.Collectors;

/** daemon.json, read and checked as dockerd does it. */
final class ConfigFile {
  static final Path DEFAULT = Path.of("/etc/docker/daemon.json");

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** What the directive {@code proxies} holds. */
  private static final Set<String> PROXIES = Set.of("http-proxy", "https-proxy", "no-proxy");

  private ConfigFile() {}

  /**
   * The directives in a file; none if it is empty or, unless {@code required}, absent. Their values
   * are looked at by {@link #checkTypes}, once it is clear that none is a flag as well.
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
      String reason =
          Files.isDirectory(file)
              ? "read " + file + ": is a directory"
              : "open " + file + ": " + Reason.of(e);
      throw new StartupFailure(reason, e);
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
              + goKind(tree).split(" ", 2)[0]
              + " into Go value of type map[string]interface {}");
    } catch (JsonProcessingException e) {
      String mistake = JsonSyntax.mistake(text);
      if (mistake != null) {
        throw new StartupFailure("invalid JSON: " + mistake, e);
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
              JsonNode value = tree.get(name);
              if (name.equals("proxies") && value.isObject()) {
                value.fieldNames().forEachRemaining(one -> addUnless(PROXIES, one, unknown));
              } else if (name.equals("proxies")
                  || (!ConfigKeys.KNOWN.containsKey(name)
                      && !ConfigKeys.IGNORED.containsKey(name))) {
                unknown.add(name);
              }
            });
    if (!unknown.isEmpty()) {
      Collections.sort(unknown);
      throw new StartupFailure(
          "the following directives don't match any configuration option: "
              + String.join(", ", unknown));
    }
  }

  private static void addUnless(Set<String> known, String name, List<String> unknown) {
    if (!known.contains(name)) {
      unknown.add(name);
    }
  }

  /**
   * Checks that each value is of its directive's type.
   *
   * @throws StartupFailure in dockerd's words, without the file's name
   */
  static void checkTypes(Map<String, JsonNode> directives) {
    directives.forEach(ConfigFile::checkType);
    IgnoredKeys.checkRead(directives);
  }

  private static void checkType(String name, JsonNode value) {
    ConfigKeys.Type known = ConfigKeys.KNOWN.get(name);
    ConfigKeys.Type type = known == null ? ConfigKeys.IGNORED.get(name) : known;
    if (type == null || value.isNull()) {
      return;
    }
    boolean fits =
        switch (type) {
          case STRING, IP, FORMAT -> value.isTextual();
          case BOOL -> value.isBoolean();
          case INT -> value.isIntegralNumber() && value.canConvertToInt();
          case INT64 -> value.isIntegralNumber() && value.canConvertToLong();
          case STRINGS, ADDRESSES -> value.isArray();
          case TEXTS, NETWORK_OPTIONS, FEATURES, ULIMITS, RUNTIMES, BUILDER -> value.isObject();
          case ANY -> true;
        };
    if (!fits) {
      throw mismatch(value, name, type.goName);
    }
    if (name.equals("proxies")) {
      value
          .properties()
          .forEach(
              one -> {
                if (!one.getValue().isTextual() && !one.getValue().isNull()) {
                  throw mismatch(one.getValue(), "proxies." + one.getKey(), "string");
                }
              });
    }
    for (JsonNode element : value) {
      if (type == ConfigKeys.Type.STRINGS && !element.isTextual()) {
        throw mismatch(element, name, "string");
      }
    }
  }

  static StartupFailure mismatch(JsonNode value, String name, String type) {
    return new StartupFailure(
        "invalid JSON: json: cannot unmarshal "
            + (type.startsWith("int") ? goKind(value) : goKind(value).split(" ", 2)[0])
            + " into Go struct field Config."
            + name
            + " of type "
            + type
            + (type.equals("net.IP") ? ": JSON value must be string type" : ""));
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
