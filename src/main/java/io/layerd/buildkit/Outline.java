package io.layerd.buildkit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.build.StageNeeds;
import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.Instruction;
import io.layerd.spec.GoJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which arguments, secrets, agents and caches a target takes. */
final class Outline {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-zA-Z_][a-zA-Z0-9_]*)");

  private final Dockerfile file;
  private final Map<String, ObjectNode> args = new LinkedHashMap<>();
  private final Map<String, ObjectNode> secrets = new LinkedHashMap<>();
  private final Map<String, ObjectNode> agents = new LinkedHashMap<>();
  private final Map<String, ObjectNode> caches = new LinkedHashMap<>();

  Outline(Dockerfile file) {
    this.file = file;
  }

  /**
   * @param target number of the stage
   */
  void write(ObjectNode json, int target) {
    Map<String, Instruction.Pair> globals = new TreeMap<>();
    Map<String, Integer> lines = new TreeMap<>();
    for (Instruction.Arg arg : file.globalArgs()) {
      for (Instruction.Pair pair : arg.pairs()) {
        globals.put(pair.name(), pair);
        lines.put(pair.name(), arg.source().line());
      }
    }
    for (int number : StageNeeds.of(file, target)) {
      Dockerfile.Stage stage = file.stages().get(number);
      Matcher used = VARIABLE.matcher(stage.from().base() + " " + stage.from().platform());
      while (used.find()) {
        Instruction.Pair pair = globals.get(used.group(1));
        if (pair != null) {
          arg(pair, pair, lines.getOrDefault(pair.name(), 0));
        }
      }
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Arg arg) {
          arg.pairs()
              .forEach(
                  pair -> arg(pair, globals.getOrDefault(pair.name(), pair), arg.source().line()));
        } else if (instruction instanceof Instruction.Run run) {
          run.mounts().forEach(mount -> mount(mount, run.source().line()));
        }
      }
    }
    put(json, "args", args);
    put(json, "secrets", secrets);
    put(json, "ssh", agents);
    put(json, "cache", caches);
  }

  private static void put(ObjectNode json, String name, Map<String, ObjectNode> all) {
    if (!all.isEmpty()) {
      ArrayNode array = json.putArray(name);
      all.values().forEach(array::add);
    }
  }

  private void arg(Instruction.Pair pair, Instruction.Pair global, int line) {
    ObjectNode json = GoJson.object().put("name", pair.name());
    String value = pair.value() == null ? global.value() : pair.value();
    if (value != null && !value.isEmpty()) {
      json.put("value", value);
    }
    place(json, line);
    args.putIfAbsent(pair.name(), json);
  }

  private static void place(ObjectNode json, int line) {
    ObjectNode range = json.putObject("location").putArray("ranges").addObject();
    range.putObject("start").put("line", line);
    range.putObject("end").put("line", line);
  }

  private void mount(String text, int line) {
    Map<String, String> fields = new TreeMap<>();
    for (String field : text.split(",")) {
      String[] halves = field.split("=", 2);
      fields.put(halves[0], halves.length == 2 ? halves[1] : "true");
    }
    String target =
        fields.getOrDefault(
            "target", fields.getOrDefault("dst", fields.getOrDefault("destination", "")));
    String id = fields.getOrDefault("id", "");
    switch (fields.getOrDefault("type", "bind")) {
      case "secret" -> {
        String name = id.isEmpty() ? target.substring(target.lastIndexOf('/') + 1) : id;
        required(secrets, name, fields, line);
      }
      case "ssh" -> required(agents, id.isEmpty() ? "default" : id, fields, line);
      case "cache" -> {
        ObjectNode json = GoJson.object().put("ID", id.isEmpty() ? target : id);
        place(json, line);
        caches.putIfAbsent(id.isEmpty() ? target : id, json);
      }
      default -> {}
    }
  }

  private static void required(
      Map<String, ObjectNode> all, String name, Map<String, String> fields, int line) {
    ObjectNode json = GoJson.object().put("name", name);
    if (fields.getOrDefault("required", "false").equals("true")) {
      json.put("required", true);
    }
    place(json, line);
    all.putIfAbsent(name, json);
  }
}
