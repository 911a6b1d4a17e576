package io.layerd.buildkit;

import io.layerd.dockerfile.CheckRule;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What of a Dockerfile's checks is wanted: {@code # check=skip=a,b;error=true}.
 *
 * @param skipped names of rules, or {@code all}
 * @param error whether a build fails by what is found
 */
record LintOptions(List<String> skipped, boolean error) {
  LintOptions {
    skipped = List.copyOf(skipped);
  }

  /**
   * @param asked by the client, in place of what the Dockerfile says; empty for nothing
   */
  static LintOptions of(String dockerfile, String asked) {
    if (!asked.isEmpty()) {
      return parse(asked);
    }
    for (String line : dockerfile.lines().toList()) {
      if (!line.startsWith("#")) {
        break;
      }
      String[] halves = line.substring(1).strip().split("\\s*=\\s*", 2);
      if (halves.length == 2 && halves[0].toLowerCase(Locale.ROOT).equals("check")) {
        return parse(halves[1]);
      }
    }
    return new LintOptions(List.of(), false);
  }

  private static LintOptions parse(String value) {
    List<String> skipped = List.of();
    boolean error = false;
    for (String part : value.split(";")) {
      String[] halves = part.strip().split("\\s*=\\s*", 2);
      if (halves.length == 2 && halves[0].equals("skip")) {
        skipped = List.of(halves[1].split("\\s*,\\s*"));
      } else if (halves.length == 2 && halves[0].equals("error")) {
        error = halves[1].equalsIgnoreCase("true");
      }
    }
    return new LintOptions(skipped, error);
  }

  boolean skips(CheckRule rule) {
    return skipped.stream()
        .anyMatch(name -> name.equals("all") || name.equalsIgnoreCase(rule.label()));
  }

  /** Why a build fails. */
  static String violation(Collection<String> rules) {
    return "lint violation found for rules: " + String.join(", ", rules);
  }
}
