package io.layerd.daemon;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entry point. Whatever ends without serving (help, version, a mistake in the configuration) ends
 * here, before Quarkus is started.
 */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    try {
      DaemonFlags flags = CommandLineParser.parse(List.of(args));
      DaemonConfig config = configure(flags);
      if (config != null) {
        Daemon.configure(flags, config);
        setLogLevels(config);
        Quarkus.run(Daemon.class, Main::exit, args);
      }
    } catch (StartupFailure e) {
      System.err.println(e.sentence());
      System.exit(1);
    }
  }

  private static void exit(int code, @Nullable Throwable failure) {
    if (failure != null) {
      System.err.println("layerd did not start: " + failure.getMessage());
    }
    System.exit(code);
  }

  /** Null if there is nothing more to do. */
  private static @Nullable DaemonConfig configure(DaemonFlags flags) {
    if (flags.help) {
      System.out.print(CommandLineParser.help());
      return null;
    }
    if (flags.version) {
      BuildInfo build = BuildInfo.load();
      System.out.println("layerd version " + build.version() + ", build " + build.commit());
      return null;
    }
    DaemonConfig config = ConfigMerge.load(flags);
    if (flags.validate) {
      System.err.println("configuration OK");
      return null;
    }
    requireRoot();
    return config;
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

  /** Debugging shows what layerd does, not what the libraries below it do. */
  private static void setLogLevels(DaemonConfig config) {
    String own = config.debug() ? "DEBUG" : level(config);
    boolean verbose = own.equals("DEBUG") || own.equals("TRACE");
    System.setProperty("quarkus.log.level", verbose ? "INFO" : own);
    for (String category : new String[] {"layerd", "io.layerd"}) {
      System.setProperty("quarkus.log.category.\"" + category + "\".level", own);
    }
  }

  private static String level(DaemonConfig config) {
    return switch (config.logLevel()) {
      case "trace" -> "TRACE";
      case "debug" -> "DEBUG";
      case "warn", "warning" -> "WARN";
      case "error", "fatal", "panic" -> "ERROR";
      default -> "INFO";
    };
  }
}
