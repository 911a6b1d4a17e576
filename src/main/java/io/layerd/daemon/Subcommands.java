package io.layerd.daemon;

import java.util.LinkedHashMap;
import java.util.Map;

/** The subcommands by name, in the order in which {@code layerd --help} lists them. */
final class Subcommands {
  private Subcommands() {}

  /** New ones, whose options are not set yet. */
  static Map<String, Subcommand> all() {
    Map<String, Subcommand> all = new LinkedHashMap<>();
    all.put("certs", new CertsCommand());
    all.put("doctor", new DoctorCommand());
    all.put("completion", new CompletionCommand());
    all.put("manpage", new ManPageCommand());
    all.put("fsck", new FsckCommand());
    all.put("policy", new PolicyCommand());
    return all;
  }
}
