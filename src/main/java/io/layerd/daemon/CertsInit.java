package io.layerd.daemon;

import io.layerd.certs.AltNames;
import io.layerd.certs.Authority;
import io.layerd.certs.Issued;
import io.layerd.certs.KeyKind;
import io.layerd.certs.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code layerd certs init}. */
@Command(
    name = "init",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd certs init [--host NAME]... [--ip ADDRESS]... [OPTIONS]",
    header = "Make a certificate authority, a server's certificate and a client's",
    description = "%nNothing that exists is overwritten.%n",
    sortOptions = true)
final class CertsInit implements Subcommand {
  @Mixin CertsPlace place = new CertsPlace();

  @Option(
      names = "--host",
      paramLabel = "string",
      description = "Name that clients call the daemon by (default: the name of this machine)")
  List<String> hosts = new ArrayList<>();

  @Option(
      names = "--ip",
      paramLabel = "string",
      description = "Address that clients call the daemon by")
  List<String> addresses = new ArrayList<>();

  @Option(
      names = "--client",
      paramLabel = "string",
      description = "Name of the first client (default \"client\")")
  String client = "client";

  @Option(names = "--rsa", description = "Make RSA keys of 4096 bits instead of EC keys (P-256)")
  boolean rsa;

  @Option(
      names = "--days",
      paramLabel = "int",
      description = "How long certificates are good (default 825)")
  int days = 825;

  @Option(
      names = "--ca-days",
      paramLabel = "int",
      description = "How long the authority is (default 3650)")
  int authorityDays = 3650;

  @Override
  public int run() {
    return CertsPlace.doing(this::init);
  }

  private void init() {
    if (hosts.isEmpty() && addresses.isEmpty()) {
      hosts.add(hostName());
    }
    AltNames names = new AltNames(hosts, addresses).withLocal();
    String server = names.all().getFirst();
    KeyKind kind = rsa ? KeyKind.RSA_4096 : KeyKind.EC_P256;
    Duration life = Duration.ofDays(CertsPlace.days(days, "--days"));
    Authority authority =
        Authority.create(
            place.path(),
            "layerd CA of " + server,
            kind,
            Duration.ofDays(CertsPlace.days(authorityDays, "--ca-days")),
            passphrase());
    Issued forServer = authority.issue(Role.SERVER, server, names, kind, life);
    Issued forClient = authority.issue(Role.CLIENT, client, AltNames.NONE, kind, life);
    System.out.println("Made in " + authority.directory() + ":");
    System.out.println("  " + CertsPlace.line(forServer));
    System.out.println("  " + CertsPlace.line(forClient));
    System.out.println("\nRun the daemon with them:");
    System.out.println("  " + CertsPlace.daemonLine(authority, server));
    System.out.println(
        "\nGive "
            + authority.directory(Role.CLIENT, client)
            + " to whoever may be root on the host, and there:");
    System.out.println("  " + CertsPlace.contextLine(authority, client, () -> server));
    System.out.println("\nKeep " + authority.directory().resolve("ca-key.pem") + " to yourself.");
  }

  private char @Nullable [] passphrase() {
    return place.passphraseFile == null ? null : place.passphrase();
  }

  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      throw new StartupFailure("cannot tell this machine's name: give it with --host", e);
    }
  }
}
