package io.layerd.buildkit;

import io.layerd.dockerfile.CheckRule;
import io.layerd.error.InvalidParameter;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Tells the client of a build what should be written otherwise in its Dockerfile, each once. */
final class Lint {
  private final Vertex vertex;
  private final String fileName;
  private final String text;
  private final LintOptions options;
  private final Set<CheckRule.Finding> said = new HashSet<>();
  private final Set<String> broken = new TreeSet<>();

  /**
   * @param vertex what the warnings hang on
   */
  Lint(Vertex vertex, String fileName, String text, LintOptions options) {
    this.vertex = vertex;
    this.fileName = fileName;
    this.text = text;
    this.options = options;
  }

  synchronized void say(CheckRule.Finding finding) {
    CheckRule rule = finding.rule();
    if (options.skips(rule) || !said.add(finding)) {
      return;
    }
    broken.add(rule.label());
    vertex.warn(
        rule.label() + ": " + finding.detail() + " (line " + finding.line() + ")",
        rule,
        Failures.file(fileName, text),
        Failures.range(finding.line()));
  }

  /**
   * @throws InvalidParameter if something was said, and the build is to fail by it
   */
  synchronized void check() {
    if (options.error() && !broken.isEmpty()) {
      throw new InvalidParameter(LintOptions.violation(broken));
    }
  }
}
