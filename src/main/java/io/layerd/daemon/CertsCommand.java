package io.layerd.daemon;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code layerd certs}: a private certificate authority for the API's TLS. */
@Command(
    name = "certs",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd certs COMMAND [OPTIONS]",
    header = "Make and manage the certificates of daemons and their clients",
    commandListHeading = "%nCommands:%n")
final class CertsCommand implements Subcommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;

  @Override
  public Map<String, Subcommand> subcommands() {
    Map<String, Subcommand> all = new LinkedHashMap<>();
    all.put("init", new CertsInit());
    all.put("issue", new CertsIssue());
    all.put("renew", new CertsRenew());
    all.put("revoke", new CertsRevoke());
    all.put("show", new CertsShow());
    return all;
  }

  @Override
  public int run() {
    throw new StartupFailure(
        "\"layerd certs\" needs a command: "
            + String.join(", ", subcommands().keySet())
            + "\n"
            + "See 'layerd certs --help'.");
  }
}
