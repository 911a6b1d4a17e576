package io.layerd.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code layerd completion bash}: made from the command line itself, so it knows every option. */
@Command(
    name = "completion",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd completion bash",
    header = "Print a script that completes layerd's command line",
    description =
        "%nFor this shell only:  source <(layerd completion bash)%nFor everybody:       layerd"
            + " completion bash > /usr/share/bash-completion/completions/layerd%n",
    sortOptions = true)
final class CompletionCommand implements Subcommand {
  /** The shells that are known. zsh reads bash's script after bashcompinit. */
  enum Shell {
    bash
  }

  private static final Set<String> FILES =
      Set.of(
          "--data-root",
          "--exec-root",
          "--pidfile",
          "--config-file",
          "--tlscacert",
          "--tlscert",
          "--tlskey");
  private static final List<String> LEVELS = List.of("debug", "info", "warn", "error", "fatal");

  @Parameters(paramLabel = "SHELL", description = "bash")
  Shell shell = Shell.bash;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;

  @Override
  public int run() {
    System.out.print(script());
    return 0;
  }

  static String script() {
    CommandLine line = CommandLineParser.commandLine(new DaemonFlags());
    hint(line.getCommandSpec());
    return AutoComplete.bash("layerd", line);
  }

  /** The options are words to the parser; what they stand for is told here. */
  private static void hint(CommandSpec spec) {
    for (OptionSpec option : List.copyOf(spec.options())) {
      spec.remove(option);
      spec.add(hinted(option));
    }
    spec.subcommands().values().forEach(below -> hint(below.getCommandSpec()));
  }

  private static OptionSpec hinted(OptionSpec option) {
    // The script names a variable after the label, so that each has to have its own.
    String label = option.longestName().replace("-", "");
    if (FILES.contains(option.longestName())) {
      return OptionSpec.builder(option.names()).type(Path.class).paramLabel(label).build();
    }
    OptionSpec.Builder hinted = OptionSpec.builder(option).paramLabel(label);
    return option.longestName().equals("--log-level")
        ? hinted.completionCandidates(LEVELS).build()
        : hinted.build();
  }
}
