package io.layerd.daemon;

import io.layerd.error.InvalidParameter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns the command line into flags, with dockerd's sentences for what makes no sense. */
final class CommandLineParser {
  /** {@code --help}, or h among short flags: the help lists the subcommands. */
  private static final Pattern HELP = Pattern.compile("--help|-\\w*h\\w*");

  private CommandLineParser() {}

  /**
   * What was asked for: the daemon with these flags, unless there is a subcommand.
   *
   * @param help the usage text to print instead, of the command that was given {@code --help}
   */
  record Parsed(DaemonFlags flags, @Nullable Subcommand subcommand, @Nullable String help) {}

  /**
   * @throws StartupFailure with the sentence and a hint at {@code --help}
   */
  static Parsed parse(List<String> args) {
    DaemonFlags flags = new DaemonFlags();
    CommandLine line = mayMeanSubcommand(args) ? commandLine(flags) : daemonLine(flags);
    try {
      line.parseArgs(args.toArray(String[]::new));
    } catch (UnmatchedArgumentException e) {
      String name = e.getCommandLine().getCommandSpec().qualifiedName();
      throw usage(e, unmatched(name, e.getUnmatched().getFirst()));
    } catch (MissingParameterException | OverwrittenOptionException e) {
      throw usage(e, message(e));
    } catch (ParameterException e) {
      throw usage(e, "invalid argument \"" + value(e) + "\"" + flag(e) + ": " + reason(e));
    }
    check(flags);
    CommandLine asked = line.getParseResult().asCommandLineList().getLast();
    return new Parsed(
        flags,
        asked.getCommand() instanceof Subcommand subcommand ? subcommand : null,
        asked.isUsageHelpRequested() ? help(asked) : null);
  }

  /** Values that picocli takes for words and dockerd looks at at once. */
  private static void check(DaemonFlags flags) {
    flags.hosts.forEach(host -> check(host, "-H, --host", () -> HostAddress.parse(host)));
    flags.registryMirrors.forEach(
        mirror -> check(mirror, "--registry-mirror", () -> ConfigMerge.mirror(mirror)));
    for (String server : flags.dns) {
      if (!IpLiteral.valid(server)) {
        throw usage(
            "layerd",
            "invalid argument \""
                + server
                + "\" for \"--dns\" flag: invalid string being converted to IP address: "
                + server,
            null);
      }
    }
  }

  private static String help(CommandLine line) {
    StringWriter text = new StringWriter();
    line.usage(new PrintWriter(text));
    return text.toString();
  }

  /** The daemon's command line with the subcommands on it. */
  static CommandLine commandLine(DaemonFlags flags) {
    CommandLine line = daemonLine(flags);
    add(line, Subcommands.all());
    return settled(line);
  }

  // Whoever only starts the daemon does not wait for the options of all subcommands to be looked
  // up.
  private static boolean mayMeanSubcommand(List<String> args) {
    Set<String> names = Subcommands.all().keySet();
    return args.stream().anyMatch(arg -> names.contains(arg) || HELP.matcher(arg).matches());
  }

  private static CommandLine daemonLine(DaemonFlags flags) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(flags);
    DockerdFlags.add(spec, flags.more);
    return settled(new CommandLine(spec).registerConverter(Boolean.class, new GoBool()));
  }

  /** On the subcommands that are there already, too. */
  private static CommandLine settled(CommandLine line) {
    return line.setUsageHelpWidth(100).setOverwrittenOptionsAllowed(true).setTrimQuotes(false);
  }

  private static void add(CommandLine line, Map<String, Subcommand> subcommands) {
    subcommands.forEach(
        (name, subcommand) -> {
          CommandLine below = new CommandLine(subcommand);
          add(below, subcommand.subcommands());
          line.addSubcommand(name, below);
        });
  }

  private static void check(String value, String flag, Runnable check) {
    try {
      check.run();
    } catch (InvalidParameter e) {
      throw usage(
          "layerd",
          "invalid argument \"" + value + "\" for \"" + flag + "\" flag: " + e.getMessage(),
          e);
    }
  }

  private static StartupFailure usage(ParameterException e, String sentence) {
    return usage(e.getCommandLine().getCommandSpec().qualifiedName(), sentence, e);
  }

  private static StartupFailure usage(String command, String sentence, @Nullable Throwable cause) {
    return new StartupFailure("Status: " + sentence + "\nSee '" + command + " --help'.", cause);
  }

  private static String unmatched(String command, String argument) {
    if (argument.startsWith("--")) {
      return "unknown flag: " + argument.split("=", 2)[0];
    }
    if (argument.startsWith("-") && argument.length() > 1) {
      return "unknown shorthand flag: '" + argument.charAt(1) + "' in " + argument;
    }
    return "\"" + command + "\" accepts no arguments, got \"" + argument + "\"";
  }

  private static String message(ParameterException e) {
    String message = e.getMessage();
    return message == null ? "the command line makes no sense" : message;
  }

  private static String value(ParameterException e) {
    return e.getValue() == null ? "" : e.getValue();
  }

  private static String flag(ParameterException e) {
    if (e.getArgSpec() instanceof CommandLine.Model.OptionSpec option) {
      return " for \"" + String.join(", ", option.names()) + "\" flag";
    }
    return "";
  }

  private static String reason(ParameterException e) {
    if (e.getArgSpec() != null && e.getArgSpec().type() == Integer.class) {
      return "strconv.ParseInt: parsing \"" + value(e) + "\": invalid syntax";
    }
    if (e.getArgSpec() != null && e.getArgSpec().type() == Boolean.class) {
      return "strconv.ParseBool: parsing \"" + value(e) + "\": invalid syntax";
    }
    return message(e);
  }
}
