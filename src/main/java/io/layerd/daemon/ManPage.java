package io.layerd.daemon;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** layerd(8): the options and commands as the command line has them, the rest by hand. */
final class ManPage {
  private static final String HEAD =
      """
      .TH LAYERD 8 "" "layerd" "System Administration"
      .SH NAME
      layerd \\- container engine daemon that any Docker client drives
      .SH SYNOPSIS
      .B layerd
      .RI [ OPTIONS ]
      .br
      .B layerd
      .I COMMAND
      .RI [ OPTIONS ]
      .SH DESCRIPTION
      .B layerd
      serves the Docker Remote API, pulls images into dockerd's own layout of
      .I /var/lib/docker
      and runs containers with
      .BR runc (8)
      or
      .BR crun (1),
      watched by
      .BR conmon (8)
      and connected by
      .BR netavark (1).
      Containers go on while the daemon is stopped or replaced.
      .PP
      Who may use its socket is root on this machine.
      """;

  private static final String TAIL =
      """
      .SH LISTENING
      .B \\-H
      may be given several times. An address is
      .BI unix:// PATH\\fR,
      .BI tcp:// HOST : PORT\\fR,
      or
      .BR fd:// ,
      which serves the sockets that systemd hands over: all of them, or with
      .BI fd:// NAME
      or
      .BI fd:// NUMBER
      those of a
      .B FileDescriptorName=
      or one descriptor.
      .SH SIGNALS
      .TP
      .BR SIGTERM ", " SIGINT
      Stop serving and exit; containers go on. The second one exits at once.
      .TP
      .B SIGHUP
      Read the configuration file again. Debugging, labels, registries, mirrors and download limits change at once, the
      rest at the next start.
      .SH EXIT STATUS
      0 after a stop that was asked for; 1 if the daemon could not start, with the reason on standard error.
      .SH ENVIRONMENT
      .TP
      .BR LISTEN_FDS ", " LISTEN_PID ", " LISTEN_FDNAMES
      The sockets of
      .BR fd:// ,
      see
      .BR sd_listen_fds (3).
      .TP
      .BR NOTIFY_SOCKET ", " WATCHDOG_USEC ", " WATCHDOG_PID
      Where to tell that the daemon is ready, reloads, stops or lives, see
      .BR sd_notify (3).
      .TP
      .BR HTTP_PROXY ", " HTTPS_PROXY ", " NO_PROXY
      Proxies for registries.
      .TP
      .B PATH
      Where programs are looked for, besides the usual places.
      .SH FILES
      .TP
      .I /etc/docker/daemon.json
      The options as JSON. What is in the file must not be on the command line too.
      .TP
      .I /var/lib/docker
      Images, containers, volumes.
      .TP
      .I /var/run/docker.sock
      The API.
      .TP
      .IR /var/run/docker ", " /var/run/docker.pid
      State of what runs, and the process id of the daemon.
      .SH SEE ALSO
      .BR docker (1),
      .BR runc (8),
      .BR conmon (8),
      .BR systemd.socket (5)
      """;

  private ManPage() {}

  /** The page in roff. */
  static String of(CommandLine line) {
    CommandSpec spec = line.getCommandSpec();
    StringBuilder page = new StringBuilder(HEAD).append(".SH OPTIONS\n");
    options(page, spec, List.of());
    page.append(".SH COMMANDS\nIn place of the daemon:\n");
    spec.subcommands()
        .forEach(
            (name, below) -> {
              page.append(".SS layerd ").append(escaped(name)).append('\n');
              UsageMessageSpec usage = below.getCommandSpec().usageMessage();
              page.append(escaped(text(usage.header()) + ". " + text(usage.description())))
                  .append('\n');
              options(page, below.getCommandSpec(), spec.options());
            });
    return page.append(TAIL).toString();
  }

  /** Those of a command, without the ones it shares with the daemon. */
  private static void options(StringBuilder page, CommandSpec spec, List<OptionSpec> known) {
    List<String> shared = known.stream().map(OptionSpec::longestName).toList();
    spec.options().stream()
        .filter(option -> !option.hidden() && !shared.contains(option.longestName()))
        .sorted(
            Comparator.comparing(
                option -> option.longestName().replaceFirst("^-+", "").toLowerCase(Locale.ROOT)))
        .forEach(option -> page.append(".TP\n").append(option(option)).append('\n'));
  }

  private static String option(OptionSpec option) {
    String names =
        List.of(option.names()).stream()
            .map(name -> "\\fB" + escaped(name) + "\\fR")
            .collect(Collectors.joining(", "));
    String value =
        switch (option.arity().max()) {
          case 0 -> "";
          default ->
              option.arity().min() == 0
                  ? "[=\\fI" + escaped(option.paramLabel()) + "\\fR]"
                  : " \\fI" + escaped(option.paramLabel()) + "\\fR";
        };
    return names + value + "\n" + escaped(text(option.description()));
  }

  /** Picocli's descriptions are formats. */
  private static String text(String[] description) {
    return String.join(" ", description)
        .replace("%n", " ")
        .replace("%%", "%")
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** Without what roff reads as its own. */
  private static String escaped(String text) {
    String plain = text.replace("\\", "\\e").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }
}
