package io.layerd.authorization;

import io.layerd.error.InvalidParameter;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A method and a path of the API without its version: {@code POST /containers/{id}/start}. A part
 * in braces or a star stands for one part of a path, {@code {name}} below {@code images} and {@code
 * distribution} for as many as an image's name has. A star for the method is any method.
 */
public final class RoutePattern {
  private static final Pattern TEXT = Pattern.compile("([A-Z]+|\\*) (/\\S*)");
  private static final Pattern PART = Pattern.compile("\\{[a-z]+}|\\*|[A-Za-z0-9_.:@-]+");
  private static final Set<String> METHODS = Set.of("*", "GET", "HEAD", "POST", "PUT", "DELETE");

  private final String method;
  private final Pattern path;
  private final String text;

  private RoutePattern(String method, Pattern path, String text) {
    this.method = method;
    this.path = path;
    this.text = text;
  }

  /**
   * @throws InvalidParameter if it is none
   */
  public static RoutePattern parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches() || !METHODS.contains(matcher.group(1))) {
      throw new InvalidParameter(
          "invalid route \"" + text + "\": must be a method and a path, such as GET /info");
    }
    List<String> parts = List.of(matcher.group(2).substring(1).split("/", -1));
    boolean longNames =
        parts.getFirst().equals("images") || parts.getFirst().equals("distribution");
    StringBuilder regex = new StringBuilder();
    for (String part : parts) {
      if (!PART.matcher(part).matches() || part.equals(".") || part.equals("..")) {
        throw new InvalidParameter("invalid route \"" + text + "\": \"" + part + "\"");
      }
      regex.append('/');
      if (part.equals("*") || part.startsWith("{")) {
        regex.append(longNames && part.equals("{name}") ? ".+" : "[^/]+");
      } else {
        regex.append(Pattern.quote(part));
      }
    }
    return new RoutePattern(matcher.group(1), Pattern.compile(regex.toString()), text);
  }

  /**
   * @param decoded path without version and percent signs
   */
  public boolean matches(String requestMethod, String decoded) {
    return (method.equals("*") || method.equals(requestMethod)) && path.matcher(decoded).matches();
  }

  @Override
  public String toString() {
    return text;
  }
}
