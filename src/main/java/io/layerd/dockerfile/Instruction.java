package io.layerd.dockerfile;

import io.layerd.spec.HealthConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One instruction, as it was written: variables are not replaced yet. */
public sealed interface Instruction {
  Source source();

  /** {@code FROM [--platform=P] BASE [AS NAME]}; an absent platform or name is empty. */
  record From(Source source, String platform, String base, String name) implements Instruction {}

  /**
   * What a shell runs, or a program with its arguments.
   *
   * @param words the one text of the shell form; program and arguments otherwise
   */
  record CommandLine(boolean shell, List<String> words) {
    public CommandLine {
      words = List.copyOf(words);
    }
  }

  /**
   * @param mounts the values of {@code --mount}
   * @param network of {@code --network}, may be empty
   * @param security of {@code --security}, may be empty
   */
  record Run(
      Source source, CommandLine command, List<String> mounts, String network, String security)
      implements Instruction {}

  record Cmd(Source source, CommandLine command) implements Instruction {}

  record Entrypoint(Source source, CommandLine command) implements Instruction {}

  /**
   * Flags of COPY and ADD; what is absent is empty.
   *
   * @param unpack null for what ADD does without
   */
  record CopyFlags(
      String from,
      String chown,
      String chmod,
      String checksum,
      List<String> excludes,
      boolean link,
      boolean parents,
      boolean keepGitDir,
      @Nullable Boolean unpack) {}

  /** COPY and ADD. {@code inline} are here-documents among the sources. */
  record Copy(
      Source source,
      boolean add,
      CopyFlags flags,
      List<String> sources,
      List<HereDoc> inline,
      String destination)
      implements Instruction {}

  /** A name and a value; a value of null is ARG's without a default. */
  record Pair(String name, @Nullable String value) {}

  record Env(Source source, List<Pair> pairs) implements Instruction {}

  record Label(Source source, List<Pair> pairs) implements Instruction {}

  record Arg(Source source, List<Pair> pairs) implements Instruction {}

  record Expose(Source source, List<String> ports) implements Instruction {}

  record Volume(Source source, List<String> paths) implements Instruction {}

  record User(Source source, String user) implements Instruction {}

  record WorkDir(Source source, String path) implements Instruction {}

  record OnBuild(Source source, String trigger) implements Instruction {}

  record StopSignal(Source source, String signal) implements Instruction {}

  /** With {@code config.test()} as Docker writes it: NONE, CMD or CMD-SHELL first. */
  record HealthCheck(Source source, HealthConfig config) implements Instruction {}

  record Shell(Source source, List<String> words) implements Instruction {}

  record Maintainer(Source source, String name) implements Instruction {}
}
