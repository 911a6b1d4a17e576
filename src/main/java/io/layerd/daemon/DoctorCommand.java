package io.layerd.daemon;

import io.layerd.daemon.doctor.Doctor;
import io.layerd.daemon.doctor.Places;
import io.layerd.daemon.doctor.Report;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code layerd doctor}. It takes the daemon's own options, to look at the places a daemon with
 * them would use.
 */
@Command(
    name = "doctor",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd doctor [--format json] [OPTIONS of the daemon]",
    header = "Check whether this host can run layerd",
    description =
        "%nLooks at the kernel, the programs and the places that a daemon with the same options"
            + " would use,%nand says how to put right what is wrong. The exit code is 0 if layerd"
            + " can run, 1 if not.%n",
    sortOptions = true)
final class DoctorCommand implements Subcommand {
  /** How the report is printed. */
  enum Format {
    text,
    json
  }

  @Mixin DaemonFlags daemon = new DaemonFlags();

  @Option(
      names = "--format",
      paramLabel = "string",
      description = "How to print the report (\"text\"|\"json\") (default \"text\")")
  Format format = Format.text;

  @Override
  public int run() {
    DaemonConfig config = ConfigMerge.load(daemon);
    Report report =
        Doctor.examine(
            new Places(
                config.hosts().stream()
                    .filter(HostAddress.Unix.class::isInstance)
                    .map(host -> ((HostAddress.Unix) host).path())
                    .toList(),
                config.dataRoot(),
                config.pidfile(),
                config.storageDriver(),
                config.storageOptions(),
                config.defaultRuntime()));
    System.out.print(format == Format.json ? report.json() : report.text());
    return report.passed() ? 0 : 1;
  }
}
