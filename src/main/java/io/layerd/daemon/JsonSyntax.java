package io.layerd.daemon;

import org.jspecify.annotations.Nullable;

/** What is wrong with the syntax of a JSON text, in the words of Go's decoder. */
final class JsonSyntax {
  private static final String END = "unexpected end of JSON input";
  private static final String VALUE = "looking for beginning of value";
  private static final String KEY = "looking for beginning of object key string";

  private final String text;
  private int at;

  private JsonSyntax(String text) {
    this.text = text;
  }

  /** The first mistake; null if there is none. */
  static @Nullable String mistake(String text) {
    JsonSyntax syntax = new JsonSyntax(text);
    try {
      syntax.value();
      if (syntax.next() != 0) {
        throw syntax.unexpected("after top-level value");
      }
      return null;
    } catch (Mistake e) {
      return e.sentence;
    }
  }

  /** Ends the scan. */
  private static final class Mistake extends Exception {
    private static final long serialVersionUID = 1L;

    private final String sentence;

    Mistake(String sentence) {
      super(sentence, null, false, false);
      this.sentence = sentence;
    }
  }

  private void value() throws Mistake {
    char first = next();
    switch (first) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> {
        if (first == '-' || digit(first)) {
          number();
        } else {
          throw unexpected(VALUE);
        }
      }
    }
  }

  private void object() throws Mistake {
    at++;
    if (next() == '}') {
      at++;
      return;
    }
    while (true) {
      if (next() != '"') {
        throw unexpected(KEY);
      }
      string();
      if (next() != ':') {
        throw unexpected("after object key");
      }
      at++;
      value();
      char after = next();
      if (after != ',' && after != '}') {
        throw unexpected("after object key:value pair");
      }
      at++;
      if (after == '}') {
        return;
      }
    }
  }

  private void array() throws Mistake {
    at++;
    if (next() == ']') {
      at++;
      return;
    }
    while (true) {
      value();
      char after = next();
      if (after != ',' && after != ']') {
        throw unexpected("after array element");
      }
      at++;
      if (after == ']') {
        return;
      }
    }
  }

  private void string() throws Mistake {
    at++;
    while (here() != '"') {
      if (at < text.length() && here() < 0x20) {
        throw unexpected("in string literal");
      }
      if (here() == '\\') {
        at++;
        escape();
      }
      step("in string literal");
    }
    at++;
  }

  private void escape() throws Mistake {
    if (here() == 'u') {
      for (int i = 0; i < 4; i++) {
        at++;
        if (Character.digit(here(), 16) < 0) {
          throw unexpected("in \\u hexadecimal character escape");
        }
      }
    } else if ("\"\\/bfnrt".indexOf(here()) < 0) {
      throw unexpected("in string escape code");
    }
  }

  private void literal(String word) throws Mistake {
    for (int i = 0; i < word.length(); i++) {
      if (here() != word.charAt(i)) {
        throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
      }
      at++;
    }
  }

  private void number() throws Mistake {
    if (here() == '-') {
      at++;
    }
    if (here() == '0') {
      at++;
    } else {
      digits("in numeric literal");
    }
    if (here() == '.') {
      at++;
      digits("after decimal point in numeric literal");
    }
    if (here() == 'e' || here() == 'E') {
      at++;
      if (here() == '+' || here() == '-') {
        at++;
      }
      digits("in exponent of numeric literal");
    }
  }

  private void digits(String where) throws Mistake {
    if (!digit(here())) {
      throw unexpected(where);
    }
    while (digit(here())) {
      at++;
    }
  }

  private static boolean digit(char character) {
    return character >= '0' && character <= '9';
  }

  private void step(String where) throws Mistake {
    if (at >= text.length()) {
      throw unexpected(where);
    }
    at++;
  }

  /** The character after white space; 0 at the end. */
  private char next() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    return here();
  }

  private char here() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private Mistake unexpected(String where) {
    if (at >= text.length()) {
      return new Mistake(END);
    }
    char character = text.charAt(at);
    String quoted =
        switch (character) {
          case '\'' -> "\\'";
          case '\\' -> "\\\\";
          case '\n' -> "\\n";
          case '\r' -> "\\r";
          case '\t' -> "\\t";
          default ->
              character < 0x20 ? "\\x%02x".formatted((int) character) : String.valueOf(character);
        };
    return new Mistake("invalid character '" + quoted + "' " + where);
  }
}
