package io.layerd.daemon;

import java.util.Map;

/**
 * What the binary does besides serving: {@code layerd NAME [OPTIONS]}. An implementation is a
 * picocli command whose options are its fields, and has a {@code --help} option that is marked
 * {@code usageHelp}.
 */
interface Subcommand {
  /** Commands below it, by name, in the order in which its help lists them. */
  default Map<String, Subcommand> subcommands() {
    return Map.of();
  }

  /**
   * Does it, before Quarkus is started.
   *
   * @return the exit code
   * @throws StartupFailure with a sentence for standard error; the exit code is 1
   */
  int run();
}
