package io.layerd.daemon;

import io.layerd.certs.AltNames;
import io.layerd.certs.Authority;
import io.layerd.certs.Issued;
import io.layerd.certs.KeyKind;
import io.layerd.certs.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code layerd certs issue}. */
@Command(
    name = "issue",
    synopsisHeading = "Usage:  ",
    customSynopsis = {
      "layerd certs issue client NAME [OPTIONS]",
      "       layerd certs issue server [NAME] [--host NAME]... [--ip ADDRESS]... [OPTIONS]"
    },
    header = "Make a certificate for another client or server",
    description = "%nThe authority may also be one made with OpenSSL: ca.pem and ca-key.pem.%n",
    sortOptions = true)
final class CertsIssue implements Subcommand {
  @Mixin CertsPlace place = new CertsPlace();

  @Parameters(index = "0", paramLabel = "client|server", hidden = true)
  String role = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", hidden = true)
  @Nullable String name;

  @Option(
      names = "--host",
      paramLabel = "string",
      description = "Name that clients call the server by")
  List<String> hosts = new ArrayList<>();

  @Option(
      names = "--ip",
      paramLabel = "string",
      description = "Address that clients call the server by")
  List<String> addresses = new ArrayList<>();

  @Option(
      names = "--rsa",
      description = "Make an RSA key of 4096 bits instead of an EC key (P-256)")
  boolean rsa;

  @Option(
      names = "--days",
      paramLabel = "int",
      description = "How long the certificate is good (default 825)")
  int days = 825;

  @Override
  public int run() {
    return CertsPlace.doing(this::issue);
  }

  private void issue() {
    Role wanted = role(role);
    AltNames names = new AltNames(hosts, addresses);
    if (wanted == Role.CLIENT && !names.all().isEmpty()) {
      throw new StartupFailure("--host and --ip are for servers: a client has only its name");
    }
    if (wanted == Role.SERVER) {
      if (names.all().isEmpty()) {
        throw new StartupFailure("a server needs a --host or --ip that clients call it by");
      }
      names = names.withLocal();
    }
    String holder = name != null ? name : wanted == Role.SERVER ? names.all().getFirst() : null;
    if (holder == null) {
      throw new StartupFailure("\"layerd certs issue client\" needs a name");
    }
    Authority authority = place.open();
    Issued issued =
        authority.issue(
            wanted,
            holder,
            names,
            rsa ? KeyKind.RSA_4096 : KeyKind.EC_P256,
            Duration.ofDays(CertsPlace.days(days, "--days")));
    System.out.println(
        "Made in " + authority.directory(wanted, holder) + ":\n  " + CertsPlace.line(issued));
    System.out.println(
        wanted == Role.SERVER
            ? "\nRun the daemon with it:\n  " + CertsPlace.daemonLine(authority, holder)
            : "\nGive that directory to whoever may be root on the host, and there:\n  "
                + CertsPlace.contextLine(authority, holder, () -> server(authority)));
  }

  static Role role(String word) {
    for (Role role : Role.values()) {
      if (role.word().equals(word.toLowerCase(Locale.ROOT))) {
        return role;
      }
    }
    throw new StartupFailure("\"" + word + "\" is neither client nor server");
  }

  /** A server that clients of this authority may want to call. */
  private static String server(Authority authority) {
    return authority.all().stream()
        .filter(one -> one.role() == Role.SERVER && one.current())
        .map(one -> one.names().all().getFirst())
        .findFirst()
        .orElse("HOST");
  }
}
