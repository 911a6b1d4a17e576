package io.layerd.daemon;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code layerd policy}. */
@Command(
    name = "policy",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd policy COMMAND [OPTIONS]",
    header = "Look at a policy of who may do what",
    commandListHeading = "%nCommands:%n")
final class PolicyCommand implements Subcommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;

  @Override
  public Map<String, Subcommand> subcommands() {
    return Map.of("check", new PolicyCheckCommand());
  }

  @Override
  public int run() {
    throw new StartupFailure(
        "\"layerd policy\" needs a command: check\nSee 'layerd policy --help'.");
  }
}
