package io.layerd.authorization;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;
import java.util.regex.Pattern;

/**
 * Names of images: {@code busybox}, {@code team/*:v*}, {@code registry.example/**}. One star stands
 * for anything but a slash, two for anything. Without a tag every tag and digest fits.
 */
public final class ImagePattern {
  private static final Pattern TEXT =
      Pattern.compile(
          "(?<name>[a-zA-Z0-9_.*/-]+(:[0-9]+(?=/))?[a-zA-Z0-9_.*/-]*)(:(?<tag>[\\w.*-]+))?");

  private final Pattern name;
  private final java.util.Optional<Pattern> tag;
  private final String text;

  private ImagePattern(Pattern name, java.util.Optional<Pattern> tag, String text) {
    this.name = name;
    this.tag = tag;
    this.text = text;
  }

  /**
   * @throws InvalidParameter if it is none
   */
  public static ImagePattern parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new InvalidParameter("invalid image \"" + text + "\"");
    }
    String tag = matcher.group("tag");
    return new ImagePattern(
        glob(full(matcher.group("name"))),
        java.util.Optional.ofNullable(tag).map(ImagePattern::glob),
        text);
  }

  /** With the registry that Docker adds. */
  private static String full(String name) {
    int slash = name.indexOf('/');
    if (name.equals("**")) {
      return name;
    }
    if (slash < 0) {
      return Reference.HUB + "/library/" + name;
    }
    return Reference.isDomain(name.substring(0, slash)) ? name : Reference.HUB + "/" + name;
  }

  private static Pattern glob(String text) {
    StringBuilder regex = new StringBuilder();
    for (int at = 0; at < text.length(); at++) {
      if (text.startsWith("**", at)) {
        regex.append(".*");
        at++;
      } else if (text.charAt(at) == '*') {
        regex.append("[^/]*");
      } else {
        regex.append(Pattern.quote(text.substring(at, at + 1)));
      }
    }
    return Pattern.compile(regex.toString());
  }

  /** Whether it allows an image; a name without tag means {@code latest}. */
  public boolean matches(Reference reference) {
    Reference stored = reference.tagged();
    return name.matcher(stored.name()).matches()
        && (tag.isEmpty()
            || (stored.digest() == null
                && stored.tag() != null
                && tag.get().matcher(stored.tag()).matches()));
  }

  /** Whether it fits whatever the tag. */
  public boolean anyTag() {
    return tag.isEmpty();
  }

  @Override
  public String toString() {
    return text;
  }
}
