package io.layerd.build;

import io.layerd.dockerfile.Dockerfile;
import io.layerd.dockerfile.Instruction;
import io.layerd.dockerfile.Substitution;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
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
