package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a Dockerfile into instructions: comments go, continued lines are joined, here-documents are
 * taken off.
 */
final class LineReader {
  private static final Pattern HERE_DOC =
      Pattern.compile(
          "(?<![^\\s<\"'=;|&(])(\\d*)<<(-?)(['\"]?)([a-zA-Z_][a-zA-Z0-9_]*)\\3(?=\\s|$|[;|&)>])");
  private static final Set<String> WITH_HERE_DOCS = Set.of("run", "copy", "add");

  private final List<String> lines;
  private final Pattern continued;
  private final List<String> warnings = new ArrayList<>();
  private final List<Integer> emptyContinuations = new ArrayList<>();
  private int next;

  LineReader(List<String> lines, char escape) {
    this.lines = lines;
    String quoted = Pattern.quote(String.valueOf(escape));
    // two in a row at the end are a character, not a continuation
    continued = Pattern.compile("(^|[^" + "\\" + escape + "])" + quoted + "[ \\t]*$");
  }

  /** The instructions, without what only explains. */
  List<Source> read() {
    List<Source> sources = new ArrayList<>();
    while (next < lines.size()) {
      String line = lines.get(next).stripLeading();
      if (line.isBlank() || line.startsWith("#")) {
        next++;
      } else {
        sources.add(instruction(line));
      }
    }
    return sources;
  }

  List<String> warnings() {
    return warnings;
  }

  /** Last lines of instructions with an empty line in them. */
  List<Integer> emptyContinuations() {
    return emptyContinuations;
  }

  private Source instruction(String first) {
    int start = ++next;
    StringBuilder text = new StringBuilder();
    boolean more = append(text, first);
    boolean emptyLine = false;
    while (more && next < lines.size()) {
      String line = lines.get(next++);
      if (line.isBlank()) {
        emptyLine = true;
      } else if (!line.stripLeading().startsWith("#")) {
        more = append(text, line);
      }
    }
    String joined = text.toString().strip();
    if (emptyLine) {
      emptyContinuations.add(next);
      warnings.add("[WARNING]: Empty continuation line found in: " + joined);
    }
    return new Source(start, joined, hereDocs(start, joined));
  }

  private boolean append(StringBuilder text, String line) {
    Matcher matcher = continued.matcher(line);
    if (matcher.find()) {
      text.append(line, 0, matcher.end(1));
      return true;
    }
    text.append(line);
    return false;
  }

  private List<HereDoc> hereDocs(int start, String text) {
    String keyword = text.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
    String rest = keyword.equals("onbuild") ? text.substring(keyword.length()).strip() : text;
    if (!WITH_HERE_DOCS.contains(rest.split("\\s", 2)[0].toLowerCase(Locale.ROOT))) {
      return List.of();
    }
    List<HereDoc> found = new ArrayList<>();
    Matcher matcher = HERE_DOC.matcher(text);
    while (matcher.find()) {
      found.add(
          body(start, matcher.group(4), matcher.group(3).isEmpty(), !matcher.group(2).isEmpty()));
    }
    return found;
  }

  private HereDoc body(int start, String name, boolean expand, boolean stripTabs) {
    StringBuilder content = new StringBuilder();
    while (next < lines.size()) {
      String line = lines.get(next++);
      String kept = stripTabs ? line.replaceFirst("^\t+", "") : line;
      if (kept.equals(name)) {
        return new HereDoc(name, expand, content.toString());
      }
      content.append(kept).append('\n');
    }
    throw new InvalidParameter(
        "dockerfile parse error on line " + start + ": unterminated heredoc");
  }

  /** Where here-documents stand in a text, so that they can be told from other words. */
  static boolean isHereDoc(String word) {
    Matcher matcher = HERE_DOC.matcher(word);
    return matcher.matches();
  }
}
