package io.layerd.daemon;

import io.layerd.error.InvalidParameter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns the command line into flags, with dockerd's sentences for what makes no sense. */
final class CommandLineParser {
  private CommandLineParser() {}

  /**
   * @throws StartupFailure with the sentence and a hint at {@code --help}
   */
  static DaemonFlags parse(List<String> args) {
    DaemonFlags flags = new DaemonFlags();
    CommandLine line = commandLine(flags);
    try {
      line.parseArgs(args.toArray(String[]::new));
    } catch (UnmatchedArgumentException e) {
      throw usage(unmatched(e.getUnmatched().getFirst()), e);
    } catch (MissingParameterException | OverwrittenOptionException e) {
      throw usage(message(e), e);
    } catch (ParameterException e) {
      throw usage("invalid argument \"" + value(e) + "\"" + flag(e) + ": " + reason(e), e);
    }
    flags.hosts.forEach(host -> check(host, "-H, --host", () -> HostAddress.parse(host)));
    flags.registryMirrors.forEach(
        mirror -> check(mirror, "--registry-mirror", () -> ConfigMerge.mirror(mirror)));
    for (String server : flags.dns) {
      if (!IpLiteral.valid(server)) {
        throw usage(
            "invalid argument \""
                + server
                + "\" for \"--dns\" flag: invalid string being converted to IP address: "
                + server,
            null);
      }
    }
    return flags;
  }

  static String help() {
    StringWriter text = new StringWriter();
    commandLine(new DaemonFlags()).usage(new PrintWriter(text));
    return text.toString();
  }

  private static CommandLine commandLine(DaemonFlags flags) {
    return new CommandLine(flags)
        .setUsageHelpWidth(100)
        .setOverwrittenOptionsAllowed(true)
        .setTrimQuotes(false);
  }

  private static void check(String value, String flag, Runnable check) {
    try {
      check.run();
    } catch (InvalidParameter e) {
      throw usage(
          "invalid argument \"" + value + "\" for \"" + flag + "\" flag: " + e.getMessage(), e);
    }
  }

  private static StartupFailure usage(String sentence, @Nullable Throwable cause) {
    return new StartupFailure("Status: " + sentence + "\nSee 'layerd --help'.", cause);
  }

  private static String unmatched(String argument) {
    if (argument.startsWith("--")) {
      return "unknown flag: " + argument.split("=", 2)[0];
    }
    if (argument.startsWith("-") && argument.length() > 1) {
      return "unknown shorthand flag: '" + argument.charAt(1) + "' in " + argument;
    }
    return "\"layerd\" accepts no arguments, got \"" + argument + "\"";
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
    return message(e);
  }
}
