package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;

/** Reads Dockerfiles: the language of docs.docker.com/reference/dockerfile. */
public final class DockerfileParser {
  private static final int MOST_STEPS = 10_000;

  private final String fileName;

  /**
   * @param fileName named in some errors, as dockerd does
   */
  public DockerfileParser(String fileName) {
    this.fileName = fileName;
  }

  /**
   * @throws InvalidParameter in dockerd's words, with the line
   */
  public Dockerfile parse(String text) {
    List<String> lines = lines(text);
    if (lines.stream().allMatch(String::isBlank)) {
      throw new InvalidParameter("the Dockerfile (" + fileName + ") cannot be empty");
    }
    char escape = directives(lines).escape();
    LineReader reader = new LineReader(lines, escape);
    List<Source> sources = reader.read();
    if (sources.isEmpty()) {
      throw new InvalidParameter("failed to parse " + fileName + ": file with no instructions");
    }
    if (sources.size() > MOST_STEPS) {
      throw new InvalidParameter(
          "failed to parse " + fileName + ": more than " + MOST_STEPS + " instructions");
    }
    List<Instruction> instructions = new ArrayList<>();
    for (Source source : sources) {
      instructions.add(new InstructionParser(new Place(fileName, source), escape).parse());
    }
    return stages(escape, instructions, reader);
  }

  /**
   * One instruction that an ONBUILD kept.
   *
   * @throws InvalidParameter as {@link #parse}
   */
  public static Instruction trigger(String text) {
    LineReader reader = new LineReader(lines(text), '\\');
    List<Source> sources = reader.read();
    if (sources.size() != 1) {
      throw new InvalidParameter("an ONBUILD trigger is one instruction, not: " + text);
    }
    return new InstructionParser(new Place("Dockerfile", sources.getFirst()), '\\').parse();
  }

  private Directives directives(List<String> lines) {
    try {
      return Directives.of(lines);
    } catch (InvalidParameter e) {
      throw new InvalidParameter("failed to parse " + fileName + ": " + e.getMessage(), e);
    }
  }

  private static List<String> lines(String text) {
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    return List.of(plain.split("\r?\n", -1));
  }

  private static Dockerfile stages(char escape, List<Instruction> instructions, LineReader reader) {
    List<Instruction.Arg> globalArgs = new ArrayList<>();
    List<Dockerfile.Stage> stages = new ArrayList<>();
    List<Instruction> current = new ArrayList<>();
    Instruction.From from = null;
    for (Instruction instruction : instructions) {
      if (instruction instanceof Instruction.From next) {
        if (from != null) {
          stages.add(new Dockerfile.Stage(from, current));
        }
        from = next;
        current = new ArrayList<>();
      } else if (from != null) {
        current.add(instruction);
      } else if (instruction instanceof Instruction.Arg arg) {
        globalArgs.add(arg);
      } else {
        throw new InvalidParameter("no build stage in current context");
      }
    }
    if (from == null) {
      throw new InvalidParameter("no build stage in current context");
    }
    stages.add(new Dockerfile.Stage(from, current));
    return new Dockerfile(
        escape, globalArgs, stages, reader.warnings(), reader.emptyContinuations());
  }
}
