package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces variables and takes quotes away, as a shell would: {@code $a}, {@code ${a:-b}}, {@code
 * ${a#pattern}}, {@code ${a/pattern/text}}.
 */
public final class Substitution {
  /** Answers a variable's value; null if it is not set. */
  @FunctionalInterface
  public interface Variables {
    @Nullable String find(String name);
  }

  private final char escape;
  private final Variables variables;

  public Substitution(char escape, Variables variables) {
    this.escape = escape;
    this.variables = variables;
  }

  /**
   * A text as one word.
   *
   * @throws InvalidParameter if a quote or brace is not closed, or an operator unknown
   */
  public String word(String text) {
    return process(text, true).joined();
  }

  /** A text as words, cut at white space outside quotes. */
  public List<String> words(String text) {
    return process(text, true).words();
  }

  /** The text of a here-document: variables are replaced, quotes stay. */
  public String document(String text) {
    return process(text, false).joined();
  }

  /**
   * A text to be shown: quotes stay.
   *
   * @param unset whether variables that are not set stay too
   */
  public String shown(String text, boolean unset) {
    try {
      Scanner scanner = new Scanner(text, true);
      scanner.shown = true;
      scanner.unset = unset;
      scanner.scan((char) 0);
      return scanner.joined();
    } catch (InstructionParser.Misuse e) {
      return text;
    }
  }

  private Scanner process(String text, boolean quotes) {
    Scanner scanner = new Scanner(text, quotes);
    try {
      scanner.scan((char) 0);
      return scanner;
    } catch (InstructionParser.Misuse e) {
      throw new InvalidParameter("failed to process " + Words.quote(text) + ": " + e.text, e);
    }
  }

  /** One pass over one text. */
  private final class Scanner {
    private final String text;
    private final boolean quotes;
    private final StringBuilder joined = new StringBuilder();
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private boolean keepEscapes;
    private boolean shown;
    private boolean unset;
    private int at;

    Scanner(String text, boolean quotes) {
      this.text = text;
      this.quotes = quotes;
    }

    String joined() {
      return joined.toString();
    }

    List<String> words() {
      endWord();
      return List.copyOf(words);
    }

    /** Reads on to a character, or to the end for zero. */
    void scan(char stop) {
      while (at < text.length()) {
        char c = text.charAt(at);
        if (stop != 0 && c == stop) {
          at++;
          return;
        }
        if (quotes && c == '\'') {
          singleQuoted();
        } else if (quotes && c == '"') {
          doubleQuoted();
        } else if (c == '$') {
          spread(variable());
        } else if (c == escape) {
          escaped();
        } else {
          at++;
          put(c);
        }
      }
      if (stop != 0) {
        throw new InstructionParser.Misuse("syntax error: missing '" + stop + "'");
      }
    }

    private void put(char c) {
      joined.append(c);
      if (Character.isWhitespace(c)) {
        endWord();
      } else {
        word.append(c);
        inWord = true;
      }
    }

    /** What stands in quotes never ends a word. */
    private void keep(String part) {
      joined.append(part);
      word.append(part);
      inWord = true;
    }

    private void spread(String value) {
      for (int i = 0; i < value.length(); i++) {
        put(value.charAt(i));
      }
    }

    private void endWord() {
      if (inWord) {
        words.add(word.toString());
      }
      word.setLength(0);
      inWord = false;
    }

    private void escaped() {
      at++;
      if (at == text.length()) {
        return;
      }
      char c = text.charAt(at++);
      if (keepEscapes || (!quotes && c != '$' && c != escape)) {
        keep(String.valueOf(escape));
      }
      keep(String.valueOf(c));
    }

    private void singleQuoted() {
      int end = text.indexOf('\'', at + 1);
      if (end < 0) {
        throw new InstructionParser.Misuse(
            "unexpected end of statement while looking for matching single-quote");
      }
      keep(shown ? text.substring(at, end + 1) : text.substring(at + 1, end));
      at = end + 1;
    }

    private void doubleQuoted() {
      at++;
      keep(shown ? "\"" : "");
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == '"') {
          at++;
          keep(shown ? "\"" : "");
          return;
        }
        if (c == '$') {
          keep(variable());
        } else if (c == escape && at + 1 < text.length()) {
          char next = text.charAt(at + 1);
          boolean special = !shown && (next == '"' || next == '$' || next == escape);
          keep(special ? String.valueOf(next) : "" + c + next);
          at += 2;
        } else {
          at++;
          keep(String.valueOf(c));
        }
      }
      throw new InstructionParser.Misuse(
          "unexpected end of statement while looking for matching double-quote");
    }

    private String variable() {
      int start = at;
      at++;
      if (at < text.length() && text.charAt(at) == '{') {
        at++;
        return braces();
      }
      String name = name();
      if (name.isEmpty()) {
        return "$";
      }
      @Nullable String value = variables.find(name);
      return value == null && unset ? text.substring(start, at) : orEmpty(value);
    }

    private String name() {
      int start = at;
      if (at < text.length() && isLetter(text.charAt(at))) {
        while (at < text.length() && (isLetter(text.charAt(at)) || isDigit(text.charAt(at)))) {
          at++;
        }
      } else if (at < text.length() && isDigit(text.charAt(at))) {
        while (at < text.length() && isDigit(text.charAt(at))) {
          at++;
        }
      } else if (at < text.length() && "@*#?-$!".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return text.substring(start, at);
    }

    private String braces() {
      if (at == text.length()) {
        throw new InstructionParser.Misuse("syntax error: missing '}'");
      }
      if ("{}:".indexOf(text.charAt(at)) >= 0) {
        throw new InstructionParser.Misuse("syntax error: bad substitution");
      }
      String name = name();
      if (at == text.length()) {
        throw new InstructionParser.Misuse("unsupported modifier (\ufffd) in substitution");
      }
      char operator = text.charAt(at++);
      @Nullable String value = variables.find(name);
      return switch (operator) {
        case '}' -> value == null && unset ? "${" + name + "}" : orEmpty(value);
        case ':' -> {
          if (at == text.length()) {
            throw new InstructionParser.Misuse("syntax error: missing '}'");
          }
          yield choose(name, ":", text.charAt(at++), value, value != null && !value.isEmpty());
        }
        case '+', '-', '?' -> choose(name, "", operator, value, value != null);
        case '#', '%' -> {
          boolean longest = at < text.length() && text.charAt(at) == operator;
          at += longest ? 1 : 0;
          ShellPattern pattern = new ShellPattern(inner('}', true), escape);
          yield operator == '#'
              ? pattern.withoutPrefix(orEmpty(value), longest)
              : pattern.withoutSuffix(orEmpty(value), longest);
        }
        case '/' -> {
          boolean all = at < text.length() && text.charAt(at) == '/';
          at += all ? 1 : 0;
          ShellPattern pattern = new ShellPattern(inner('/', true), escape);
          yield pattern.replaced(orEmpty(value), inner('}', false), all);
        }
        default ->
            throw new InstructionParser.Misuse(
                "unsupported modifier (" + operator + ") in substitution");
      };
    }

    private String choose(
        String name, String colon, char operator, @Nullable String value, boolean there) {
      if ("+-?".indexOf(operator) < 0) {
        throw new InstructionParser.Misuse(
            "unsupported modifier (" + colon + operator + ") in substitution");
      }
      int start = at;
      String other = inner('}', false);
      if (value == null && unset) {
        return "${" + name + colon + operator + text.substring(start, at);
      }
      return switch (operator) {
        case '+' -> there ? other : "";
        case '-' -> there ? orEmpty(value) : other;
        default -> {
          if (!there) {
            throw new InstructionParser.Misuse(
                name + ": " + (other.isEmpty() ? "is not allowed to be unset" : other));
          }
          yield orEmpty(value);
        }
      };
    }

    /** A word inside braces, itself with variables and quotes. */
    private String inner(char stop, boolean pattern) {
      Scanner scanner = new Scanner(text, quotes);
      scanner.shown = shown;
      scanner.unset = unset;
      scanner.keepEscapes = pattern;
      scanner.at = at;
      scanner.scan(stop);
      at = scanner.at;
      return scanner.joined();
    }
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
