package io.layerd.buildkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.dockerfile.CheckRule;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.DockerfileCheck;
import io.layerd.dockerfile.DockerfileParser;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.GoJson;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What can be asked of a Dockerfile without building it: {@code docker buildx build --call}. */
final class Subrequests {
  private static final String VERSION = "1.0.0";

  private static final Map<String, String> KNOWN =
      new TreeMap<>(
          Map.of(
              "frontend.lint", "Lint a Dockerfile",
              "frontend.outline", "List all parameters current build target supports",
              "frontend.targets", "List all targets current build supports",
              "frontend.subrequests.describe", "List available subrequest types"));

  private final String fileName;
  private final String text;
  private final String asked;

  private Subrequests(String fileName, String text, String asked) {
    this.fileName = fileName;
    this.text = text;
    this.asked = asked;
  }

  /**
   * @param target of an outline; empty for the last stage
   * @param checks what the client says of checks, instead of the Dockerfile
   * @return {@code result.json} and its like
   * @throws InvalidParameter if there is no such request, or the Dockerfile is wrong
   */
  static Map<String, byte[]> answer(
      String request, String fileName, String text, String target, String checks) {
    Subrequests asked = new Subrequests(fileName, text, checks);
    ObjectNode json =
        switch (request) {
          case "frontend.lint" -> asked.lint();
          case "frontend.outline" -> asked.outline(target);
          case "frontend.targets" -> asked.targets(target);
          case "frontend.subrequests.describe" -> null;
          default -> throw new InvalidParameter("unsupported request " + request);
        };
    byte[] bytes = json == null ? describe() : GoJson.bytes(json);
    Map<String, byte[]> answer = new TreeMap<>();
    answer.put("result.json", bytes);
    answer.put("result.txt", bytes);
    if (json != null && json.path("warnings").size() + json.path("buildError").size() > 0) {
      answer.put("result.statuscode", "1".getBytes(StandardCharsets.UTF_8));
    }
    answer.put("version", VERSION.getBytes(StandardCharsets.UTF_8));
    return answer;
  }

  private Dockerfile parse() {
    return new DockerfileParser(fileName).parse(text);
  }

  private static void place(ObjectNode owner, int line) {
    ObjectNode range = owner.putObject("location").putArray("ranges").addObject();
    range.putObject("start").put("line", line);
    range.putObject("end").put("line", line);
  }

  private ObjectNode lint() {
    ObjectNode json = GoJson.object();
    ArrayNode warnings = json.putArray("warnings");
    json.putArray("sources")
        .addObject()
        .put("filename", fileName)
        .put("data", text.getBytes(StandardCharsets.UTF_8))
        .put("language", "Dockerfile");
    LintOptions options = LintOptions.of(text, asked);
    Set<String> broken = new TreeSet<>();
    try {
      for (CheckRule.Finding finding : DockerfileCheck.of(parse())) {
        CheckRule rule = finding.rule();
        if (!options.skips(rule)) {
          broken.add(rule.label());
          ObjectNode warning = warnings.addObject();
          warning.put("ruleName", rule.label()).put("description", rule.description());
          warning.put("url", rule.url()).put("detail", finding.detail());
          place(warning, finding.line());
        }
      }
      if (options.error() && !broken.isEmpty()) {
        json.putObject("buildError").put("message", LintOptions.violation(broken));
      }
    } catch (InvalidParameter e) {
      String message = String.valueOf(e.getMessage());
      ObjectNode error = json.putObject("buildError").put("message", message);
      int line = Failures.line(message);
      if (line > 0) {
        place(error, line);
      }
    }
    return json;
  }

  private static Dockerfile.@Nullable Stage find(Dockerfile file, String target) {
    if (target.isEmpty()) {
      return file.stages().getLast();
    }
    return file.stages().stream()
        .filter(stage -> stage.from().name().equals(target.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElse(null);
  }

  private ObjectNode targets(String target) {
    Dockerfile file = parse();
    Dockerfile.Stage chosen = find(file, target);
    ObjectNode json = GoJson.object();
    ArrayNode targets = json.putArray("targets");
    for (Dockerfile.Stage stage : file.stages()) {
      ObjectNode each = targets.addObject();
      text(each, "name", stage.from().name());
      if (stage == chosen) {
        each.put("default", true);
      }
      text(each, "base", stage.from().base());
      text(each, "platform", stage.from().platform());
      place(each, stage.from().source().line());
    }
    sources(json);
    return json;
  }

  private static void text(ObjectNode json, String name, String value) {
    if (!value.isEmpty()) {
      json.put(name, value);
    }
  }

  private void sources(ObjectNode json) {
    json.putArray("sources").add(text.getBytes(StandardCharsets.UTF_8));
  }

  private ObjectNode outline(String target) {
    Dockerfile file = parse();
    Dockerfile.Stage chosen = find(file, target);
    if (chosen == null) {
      throw new InvalidParameter("target stage \"" + target + "\" could not be found");
    }
    ObjectNode json = GoJson.object();
    text(json, "name", chosen.from().name());
    new Outline(file).write(json, file.stages().indexOf(chosen));
    sources(json);
    return json;
  }

  private static byte[] describe() {
    ArrayNode all = GoJson.object().putArray("all");
    KNOWN.forEach(
        (name, description) ->
            all.addObject()
                .put("name", name)
                .put("version", VERSION)
                .put("type", "rpc")
                .put("description", description));
    return GoJson.bytes(all);
  }
}
