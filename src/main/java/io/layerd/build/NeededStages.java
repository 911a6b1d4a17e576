package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Substitution;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the stages that the last one stands on; all others are left out. */
final class NeededStages {
  private final List<Dockerfile.Stage> stages;
  private final BuildFiles files;

  /**
   * @param files whose additional contexts stand in for stages
   */
  NeededStages(List<Dockerfile.Stage> stages, BuildFiles files) {
    this.stages = stages;
    this.files = files;
  }

  /**
   * @param values of variables in FROM lines
   * @return numbers of stages, in order
   */
  Set<Integer> of(int last, Substitution values) {
    Set<Integer> needed = new TreeSet<>();
    Deque<Integer> open = new ArrayDeque<>(List.of(last));
    while (!open.isEmpty()) {
      int stage = open.pop();
      if (needed.add(stage) && !files.replaces(stages.get(stage).from().name())) {
        named(values.word(stages.get(stage).from().base()), stage, open);
        for (Instruction instruction : stages.get(stage).instructions()) {
          sources(instruction).forEach(source -> numbered(source, stage, open));
        }
      }
    }
    return needed;
  }

  /**
   * The images that stages stand on or take files from, each with the line that names it first.
   *
   * @param values of variables in FROM lines
   */
  Map<String, Integer> images(Set<Integer> needed, Substitution values) {
    Map<String, Integer> images = new LinkedHashMap<>();
    for (int number : needed) {
      Dockerfile.Stage stage = stages.get(number);
      if (files.replaces(stage.from().name())) {
        continue;
      }
      int line = stage.from().source().line();
      image(values.word(stage.from().base()), number, line, images);
      for (Instruction instruction : stage.instructions()) {
        int place = instruction.source().line();
        sources(instruction).forEach(source -> image(source, number, place, images));
      }
    }
    return images;
  }

  private void image(String name, int before, int line, Map<String, Integer> images) {
    Deque<Integer> found = new ArrayDeque<>();
    named(name, before, found);
    boolean other = name.isEmpty() || name.equals("scratch") || name.matches("[0-9]+|.*\\$.*");
    if (!other && found.isEmpty() && !files.replaces(name)) {
      images.putIfAbsent(name, line);
    }
  }

  /** How many stages BuildKit counts: images that files are taken from are such too. */
  int states(List<Dockerfile.Stage> all) {
    Map<String, Integer> images = new LinkedHashMap<>();
    boolean mounts = false;
    for (int number = 0; number < all.size(); number++) {
      for (Instruction instruction : all.get(number).instructions()) {
        int before = number;
        sources(instruction).forEach(source -> image(source, before, 0, images));
        mounts |= instruction instanceof Instruction.Run run && !run.mounts().isEmpty();
      }
    }
    return all.size() + images.size() + (mounts ? 1 : 0);
  }

  /** Whether any of the stages takes files from the context. */
  static boolean useContext(List<Dockerfile.Stage> stages, Set<Integer> needed) {
    return needed.stream()
        .flatMap(number -> stages.get(number).instructions().stream())
        .anyMatch(
            instruction ->
                switch (instruction) {
                  case Instruction.Copy copy ->
                      copy.flags().from().isEmpty() && !copy.sources().isEmpty();
                  case Instruction.Run run ->
                      run.mounts().stream()
                          .anyMatch(
                              mount ->
                                  MountFlag.source(mount).isEmpty()
                                      && (mount.contains("type=bind") || !mount.contains("type=")));
                  default -> false;
                });
  }

  private static List<String> sources(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Copy copy -> List.of(copy.flags().from());
      case Instruction.Run run -> run.mounts().stream().map(MountFlag::source).toList();
      default -> List.of();
    };
  }

  private void named(String name, int before, Deque<Integer> found) {
    for (int i = before - 1; i >= 0; i--) {
      if (stages.get(i).from().name().equals(name.toLowerCase(Locale.ROOT))) {
        found.push(i);
        return;
      }
    }
  }

  private void numbered(String source, int before, Deque<Integer> found) {
    if (source.matches("[0-9]{1,6}") && Integer.parseInt(source) < before) {
      found.push(Integer.valueOf(source));
    } else if (source.indexOf('$') >= 0) {
      for (int i = 0; i < before; i++) {
        found.push(i); // it may be any of them
      }
    } else if (!source.isEmpty()) {
      named(source, before, found);
    }
  }
}
