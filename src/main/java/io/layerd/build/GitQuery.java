package io.layerd.build;

import io.layerd.error.InvalidParameter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of repositories in BuildKit's newer form: {@code x.git?branch=b&subdir=d}. */
final class GitQuery {
  private static final Pattern FORM = Pattern.compile("((?:https?|git|ssh)://[^?#]+\\.git)\\?(.*)");

  private GitQuery() {}

  /**
   * The same as {@code x.git#ref:directory}; other addresses as they are.
   *
   * @throws InvalidParameter for what is not known of a repository
   */
  static String plain(String url) {
    Matcher form = FORM.matcher(url);
    if (!form.matches()) {
      return url;
    }
    String ref = "";
    String directory = "";
    for (String each : form.group(2).split("&")) {
      String[] halves = each.split("=", 2);
      String value = halves.length < 2 ? "" : URLDecoder.decode(halves[1], StandardCharsets.UTF_8);
      switch (halves[0]) {
        case "" -> {}
        case "ref" -> ref = value;
        case "branch" -> ref = "refs/heads/" + value;
        case "tag" -> ref = "refs/tags/" + value;
        case "subdir" -> directory = value;
        default ->
            throw new InvalidParameter("unexpected query \"" + halves[0] + "\" of a repository");
      }
    }
    return form.group(1) + "#" + ref + (directory.isEmpty() ? "" : ":" + directory);
  }
}
