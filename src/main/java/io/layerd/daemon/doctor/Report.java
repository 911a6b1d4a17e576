package io.layerd.daemon.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.daemon.doctor.Finding.Level;
import java.util.List;

/** Findings as text for people and as JSON for programs. */
public record Report(List<Finding> findings) {
  public Report {
    findings = List.copyOf(findings);
  }

  /** Whether layerd can run: nothing failed. */
  public boolean passed() {
    return count(Level.FAILURE) == 0;
  }

  /** A line for each finding, its cure on a line below, and a last line that sums up. */
  public String text() {
    int width = findings.stream().mapToInt(finding -> finding.check().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      text.append(
          "%-7s  %-{w}s  %s\n"
              .replace("{w}", Integer.toString(Math.max(1, width)))
              .formatted(finding.level(), finding.check(), finding.detail()));
      if (!finding.cure().isEmpty()) {
        text.append(" ".repeat(width + 11)).append("-> ").append(finding.cure()).append('\n');
      }
    }
    long warnings = count(Level.WARNING);
    return text.append('\n')
        .append(
            passed()
                ? "layerd can run on this host"
                : "layerd cannot run on this host: " + counted(count(Level.FAILURE), "failure"))
        .append(warnings == 0 ? "" : ", " + counted(warnings, "warning"))
        .append(".\n")
        .toString();
  }

  /** {@code {"ok":true,"checks":[{"name","level","detail","cure"}]}} on one line. */
  public String json() {
    ObjectNode report = JsonNodeFactory.instance.objectNode();
    report.put("ok", passed());
    ArrayNode checks = report.putArray("checks");
    for (Finding finding : findings) {
      ObjectNode check =
          checks
              .addObject()
              .put("name", finding.check())
              .put("level", finding.level().toString())
              .put("detail", finding.detail());
      if (!finding.cure().isEmpty()) {
        check.put("cure", finding.cure());
      }
    }
    return report + "\n";
  }

  private long count(Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  private static String counted(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
