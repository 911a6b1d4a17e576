package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The comments at the top that say how to read the file: {@code # escape=`}. */
record Directives(char escape) {
  private static final Pattern DIRECTIVE =
      Pattern.compile("#\\s*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+?)\\s*");
  private static final Set<String> KNOWN = Set.of("syntax", "escape", "check");

  /**
   * @throws InvalidParameter if one is given twice or makes no sense
   */
  static Directives of(List<String> lines) {
    char escape = '\\';
    Set<String> seen = new HashSet<>();
    for (String line : lines) {
      Matcher matcher = DIRECTIVE.matcher(line.strip());
      if (!matcher.matches()) {
        break;
      }
      String name = matcher.group(1).toLowerCase(Locale.ROOT);
      if (!KNOWN.contains(name)) {
        break; // an ordinary comment: what follows is no directive either
      }
      if (!seen.add(name)) {
        throw new InvalidParameter("only one " + name + " parser directive can be used");
      }
      if (name.equals("escape")) {
        escape = escape(matcher.group(2));
      }
    }
    return new Directives(escape);
  }

  private static char escape(String value) {
    if (!value.equals("\\") && !value.equals("`")) {
      throw new InvalidParameter("invalid escape token '" + value + "' does not match ` or \\");
    }
    return value.charAt(0);
  }
}
