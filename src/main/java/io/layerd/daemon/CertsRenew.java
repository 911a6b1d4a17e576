package io.layerd.daemon;

import io.layerd.certs.Authority;
import io.layerd.certs.Issued;
import io.layerd.certs.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code layerd certs renew}. */
@Command(
    name = "renew",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd certs renew [client|server NAME] [OPTIONS]",
    header = "Give a client or server a new key and certificate, or all that run out soon",
    description =
        "%nA running daemon takes a new one over by itself. The ones of before stay good until they"
            + " run out.%n",
    sortOptions = true)
final class CertsRenew implements Subcommand {
  @Mixin CertsPlace place = new CertsPlace();

  @Parameters(index = "0", arity = "0..1", paramLabel = "client|server", hidden = true)
  @Nullable String role;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", hidden = true)
  @Nullable String name;

  @Option(
      names = "--within",
      paramLabel = "int",
      description = "Without a name: renew what runs out within so many days (default 30)")
  int within = 30;

  @Override
  public int run() {
    return CertsPlace.doing(this::renew);
  }

  private void renew() {
    Authority authority = place.open();
    if (role != null) {
      if (name == null) {
        throw new StartupFailure("\"layerd certs renew " + role + "\" needs a name");
      }
      renew(authority, CertsIssue.role(role), name);
      return;
    }
    Instant limit = Instant.now().plus(Duration.ofDays(within));
    List<Issued> due =
        authority.all().stream()
            .filter(one -> one.current() && !one.revoked() && one.until().isBefore(limit))
            .toList();
    due.forEach(one -> renew(authority, one.role(), one.name()));
    if (due.isEmpty()) {
      System.out.println("Nothing runs out within " + within + " days.");
    }
  }

  private static void renew(Authority authority, Role role, String name) {
    Issued renewed = authority.renew(role, name);
    System.out.println(
        "Renewed in " + authority.directory(role, name) + ":\n  " + CertsPlace.line(renewed));
  }
}
