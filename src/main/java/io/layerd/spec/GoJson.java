package io.layerd.spec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON byte for byte as Go's encoding/json writes it, for documents whose digest is their name: no
 * spaces, keys of maps sorted, {@code <}, {@code >} and {@code &} escaped.
 */
public final class GoJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(new JsonFactory().setCharacterEscapes(new Escapes()))
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private GoJson() {}

  /** A value's JSON; the fields of records and trees stay in their order. */
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("this value has no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** An empty object, whose fields will be written in the order they are set in. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** A value as a tree, its maps sorted. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** The object with its own fields sorted, as Go writes a map; what is in them stays. */
  public static ObjectNode sorted(ObjectNode object) {
    Map<String, JsonNode> fields = new TreeMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    ObjectNode sorted = MAPPER.createObjectNode();
    fields.forEach(sorted::set);
    return sorted;
  }

  private static final class Escapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final int[] CODES = codes();

    private static int[] codes() {
      int[] codes = CharacterEscapes.standardAsciiEscapesForJSON();
      for (int c = 0; c < codes.length; c++) {
        boolean control = c < ' ' && codes[c] == CharacterEscapes.ESCAPE_STANDARD;
        if (control || c == '<' || c == '>' || c == '&') {
          codes[c] = CharacterEscapes.ESCAPE_CUSTOM;
        }
      }
      return codes;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return CODES.clone();
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      boolean escaped = c < 0x80 || c == 0x2028 || c == 0x2029;
      return escaped ? new SerializedString(String.format(Locale.ROOT, "\\u%04x", c)) : null;
    }
  }
}
