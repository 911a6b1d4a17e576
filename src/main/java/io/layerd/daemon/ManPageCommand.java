package io.layerd.daemon;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code layerd manpage}: what the packages install as layerd(8). */
@Command(
    name = "manpage",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd manpage",
    header = "Print the manual page layerd(8)",
    description = "%nTo read it without installing it:  layerd manpage | man -l -%n",
    sortOptions = true)
final class ManPageCommand implements Subcommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;

  @Override
  public int run() {
    System.out.print(ManPage.of(CommandLineParser.commandLine(new DaemonFlags())));
    return 0;
  }
}
