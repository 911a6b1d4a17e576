package io.layerd.daemon;

import io.layerd.certs.Authority;
import io.layerd.certs.Issued;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code layerd certs show}. */
@Command(
    name = "show",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd certs show [OPTIONS]",
    header = "List who has a certificate, and until when",
    sortOptions = true)
final class CertsShow implements Subcommand {
  private static final String COLUMNS = "%-7s %-20s %-17s %-8s %-40s %s";

  @Mixin CertsPlace place = new CertsPlace();

  @Override
  public int run() {
    return CertsPlace.doing(this::show);
  }

  private void show() {
    Authority authority = place.open();
    Instant now = Instant.now();
    List<String> lines = new ArrayList<>();
    lines.add(COLUMNS.formatted("ROLE", "NAME", "UNTIL (UTC)", "STATE", "SERIAL", "FOR"));
    for (Issued one : authority.all()) {
      lines.add(
          COLUMNS.formatted(
              one.role().word(),
              one.name(),
              CertsPlace.until(one),
              state(one, now),
              one.serialText(),
              String.join(",", one.names().all())));
    }
    lines.forEach(line -> System.out.println(line.stripTrailing()));
    System.out.println(
        "\nAuthority in "
            + authority.directory()
            + ", until "
            + authority.certificate().getNotAfter().toInstant());
  }

  /** One that was renewed is good until it runs out, unless it is revoked. */
  private static String state(Issued one, Instant now) {
    return one.revoked()
        ? "revoked"
        : one.until().isBefore(now) ? "expired" : one.current() ? "good" : "replaced";
  }
}
