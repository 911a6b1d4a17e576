package io.layerd.daemon;

import io.layerd.durable.Failpoint;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entry point. Whatever ends without serving (subcommands, help, version, a mistake in the
 * configuration) ends here, before Quarkus is started.
 */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    try {
      CommandLineParser.Parsed parsed = CommandLineParser.parse(List.of(args));
      if (parsed.help() != null) {
        System.out.print(parsed.help());
        return;
      }
      if (parsed.subcommand() != null) {
        System.exit(parsed.subcommand().run());
      }
      DaemonFlags flags = parsed.flags();
      DaemonConfig config = configure(flags);
      if (config != null) {
        Failpoint.arm(System.getenv("LAYERD_FAILPOINT"));
        Daemon.configure(flags, config, config.tls().read());
        LogLevels.beforeStart(config);
        Quarkus.run(Daemon.class, Main::exit, args);
      }
    } catch (StartupFailure e) {
      System.err.println(e.sentence());
      System.exit(1);
    }
  }

  private static void exit(int code, @Nullable Throwable failure) {
    if (failure != null) {
      System.err.println("layerd did not start: " + reason(failure));
    }
    System.exit(code);
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getMessage() == null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** Null if there is nothing more to do. */
  private static @Nullable DaemonConfig configure(DaemonFlags flags) {
    if (flags.version) {
      BuildInfo build = BuildInfo.load();
      System.out.println("layerd version " + build.version() + ", build " + build.commit());
      return null;
    }
    DaemonConfig config = ConfigMerge.load(flags);
    if (flags.validate) {
      config.tls().check();
    }
    var _ = config.access().read();
    if (flags.validate) {
      System.err.println("configuration OK");
      return null;
    }
    requireRoot();
    return UsernsRemap.apply(config);
  }

  private static void requireRoot() {
    try {
      if (!Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
        throw new StartupFailure("layerd needs to be started with root privileges: try sudo");
      }
    } catch (IOException e) {
      throw new StartupFailure("cannot read /proc/self: " + Reason.of(e), e);
    }
  }
}
