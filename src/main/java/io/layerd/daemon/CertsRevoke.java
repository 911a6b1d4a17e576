package io.layerd.daemon;

import io.layerd.certs.Authority;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code layerd certs revoke}. */
@Command(
    name = "revoke",
    synopsisHeading = "Usage:  ",
    customSynopsis = "layerd certs revoke NAME|SERIAL [OPTIONS]",
    header = "Take certificates back",
    description =
        "%nAll of a name, or the one with a serial number, go on the revocation list, crl.pem. A"
            + " daemon with%n--tlscrl takes it over by itself.%n",
    sortOptions = true)
final class CertsRevoke implements Subcommand {
  @Mixin CertsPlace place = new CertsPlace();

  @Parameters(index = "0", paramLabel = "NAME|SERIAL", hidden = true)
  String nameOrSerial = "";

  @Override
  public int run() {
    return CertsPlace.doing(this::revoke);
  }

  private void revoke() {
    Authority authority = place.open();
    authority
        .revoke(nameOrSerial)
        .forEach(serial -> System.out.println("Revoked " + serial.toString(16)));
    System.out.println("Daemons refuse it that run with --tlscrl " + authority.revocationList());
  }
}
