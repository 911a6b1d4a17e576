package io.layerd.dockerfile;

import java.util.List;

/**
 * A parsed Dockerfile.
 *
 * @param escape the character that continues a line and takes a character's meaning away
 * @param globalArgs what stands before the first FROM
 * @param stages never empty
 * @param warnings about what will one day be an error
 * @param emptyContinuations last lines of instructions that have an empty line in them
 */
public record Dockerfile(
    char escape,
    List<Instruction.Arg> globalArgs,
    List<Stage> stages,
    List<String> warnings,
    List<Integer> emptyContinuations) {
  public Dockerfile {
    globalArgs = List.copyOf(globalArgs);
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
    emptyContinuations = List.copyOf(emptyContinuations);
  }

  /** A FROM and what follows it. */
  public record Stage(Instruction.From from, List<Instruction> instructions) {
    public Stage {
      instructions = List.copyOf(instructions);
    }
  }

  /** How many steps a build of all stages has: FROM and global ARG count too. */
  public int steps() {
    return globalArgs.size()
        + stages.stream().mapToInt(stage -> 1 + stage.instructions().size()).sum();
  }
}
