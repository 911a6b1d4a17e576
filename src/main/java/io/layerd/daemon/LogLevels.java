package io.layerd.daemon;

import org.jboss.logmanager.Level;

/** Debugging shows what layerd does, not what the libraries below it do. */
final class LogLevels {
  private static final String[] OWN = {"layerd", "io.layerd"};

  private LogLevels() {}

  /** For the logging that Quarkus is about to set up. */
  static void beforeStart(DaemonConfig config) {
    String own = level(config).getName();
    boolean verbose = own.equals("DEBUG") || own.equals("TRACE");
    System.setProperty("quarkus.log.level", verbose ? "INFO" : own);
    for (String category : OWN) {
      System.setProperty("quarkus.log.category.\"" + category + "\".level", own);
    }
  }

  static void change(DaemonConfig config) {
    for (String category : OWN) {
      org.jboss.logmanager.Logger.getLogger(category).setLevel(level(config));
    }
  }

  private static Level level(DaemonConfig config) {
    return config.debug()
        ? Level.DEBUG
        : switch (config.logLevel()) {
          case "trace" -> Level.TRACE;
          case "debug" -> Level.DEBUG;
          case "warn", "warning" -> Level.WARN;
          case "error", "fatal", "panic" -> Level.ERROR;
          default -> Level.INFO;
        };
  }
}
