package io.layerd.dockerfile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How an instruction's arguments are taken apart, before variables are put in. */
public final class Words {
  private Words() {}

  static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0;
  }

  /** Split at spaces. */
  static List<String> plain(String text) {
    List<String> words = new ArrayList<>();
    for (String word : text.strip().split("[\\t\\n\\v\\f\\r ]+")) {
      if (!word.isEmpty()) {
        words.add(word);
      }
    }
    return words;
  }

  /** A JSON array of texts; null if it is no JSON array and so is meant as it stands. */
  static @Nullable List<String> json(String text) {
    if (!text.startsWith("[")) {
      return null;
    }
    JsonNode array;
    try (var parser = SpecJson.MAPPER.createParser(text)) {
      array = SpecJson.MAPPER.readTree(parser);
      if (array == null || !array.isArray() || parser.nextToken() != null) {
        return null;
      }
    } catch (JsonProcessingException e) {
      return null;
    } catch (java.io.IOException e) {
      throw new IllegalStateException("a text in memory can be read", e);
    }
    List<String> words = new ArrayList<>();
    for (JsonNode word : array) {
      if (!word.isTextual()) {
        throw new InvalidParameter(
            "when using JSON array syntax, arrays must be comprised of strings only");
      }
      words.add(word.asText());
    }
    return words;
  }

  /** The texts of a JSON array, else what stands between spaces. */
  static List<String> jsonOrPlain(String text) {
    @Nullable List<String> words = json(text);
    return words == null ? plain(text) : words;
  }

  /** Split at spaces outside quotes; quotes and escapes stay for {@link Substitution}. */
  static List<String> quoted(String text, char escape) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean blankCounts = false;
    char quote = 0;
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (quote == 0 && isSpace(c)) {
        if (blankCounts || !word.isEmpty()) {
          words.add(word.toString());
        }
        word.setLength(0);
        blankCounts = false;
        continue;
      }
      if (c == escape && quote != '\'') {
        if (at + 1 == text.length()) {
          break;
        }
        word.append(c).append(text.charAt(++at));
        continue;
      }
      if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
        blankCounts = true;
      } else if (c == quote) {
        quote = 0;
      }
      word.append(c);
    }
    if (blankCounts || !word.isEmpty()) {
      words.add(word.toString());
    }
    return words;
  }

  /** As Go's {@code %q} prints a text. */
  public static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        case '\r' -> quoted.append("\\r");
        default -> {
          if (c < ' ' || c == 0x7f) {
            quoted.append(String.format(Locale.ROOT, "\\x%02x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
