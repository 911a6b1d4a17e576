package io.layerd.daemon;

import io.layerd.certs.AltNames;
import io.layerd.certs.Authority;
import io.layerd.certs.Issued;
import io.layerd.certs.Role;
import io.layerd.error.EngineException;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every {@code layerd certs} command takes: where the authority is, and how to open it. */
final class CertsPlace {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

  @Option(
      names = "--dir",
      paramLabel = "string",
      description = "Directory of the certificate authority (default \"/etc/docker/tls\")")
  String directory = "/etc/docker/tls";

  @Option(
      names = "--passphrase-file",
      paramLabel = "string",
      description = "File with the pass-phrase of the authority's key")
  @Nullable String passphraseFile;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;

  Path path() {
    return Path.of(directory);
  }

  Authority open() {
    return Authority.open(path(), this::passphrase);
  }

  /** From the file, or from whoever sits at the terminal. */
  char[] passphrase() {
    if (passphraseFile != null) {
      return fromFile(passphraseFile);
    }
    Console console = System.console();
    char[] typed =
        console == null || !console.isTerminal()
            ? null
            : console.readPassword("Pass-phrase of %s/ca-key.pem: ", path());
    if (typed == null) {
      throw new StartupFailure(
          "the key of the authority is encrypted: give its pass-phrase with --passphrase-file");
    }
    return typed;
  }

  private static char[] fromFile(String file) {
    try {
      char[] passphrase = Files.readString(Path.of(file)).stripTrailing().toCharArray();
      if (passphrase.length == 0) {
        throw new StartupFailure("no pass-phrase in " + file);
      }
      return passphrase;
    } catch (IOException e) {
      throw new StartupFailure("cannot read " + file + ": " + Reason.of(e), e);
    }
  }

  /** Does something with an authority; what is wrong is one sentence on standard error. */
  static int doing(Runnable something) {
    try {
      something.run();
      return 0;
    } catch (EngineException e) {
      throw new StartupFailure(e.getMessage(), e);
    }
  }

  /** Refuses lives that end before they begin. */
  static int days(int days, String flag) {
    if (days < 1) {
      throw new StartupFailure("invalid argument \"" + days + "\" for \"" + flag + "\" flag");
    }
    return days;
  }

  /** One line about a certificate. */
  static String line(Issued issued) {
    AltNames names = issued.names();
    return "%s %s, until %s UTC%s"
        .formatted(
            issued.role().word(),
            issued.name(),
            DAY.format(issued.until()),
            names.all().isEmpty() ? "" : ", for " + String.join(", ", names.all()));
  }

  static String until(Issued issued) {
    return DAY.format(issued.until());
  }

  /** The flags of a daemon that shows a server's certificate. */
  static String daemonLine(Authority authority, String server) {
    Path pair = authority.directory(Role.SERVER, server);
    return "layerd -H unix:///var/run/docker.sock -H tcp://0.0.0.0:2376 --tlsverify --tlscacert "
        + authority.directory().resolve("ca.pem")
        + " --tlscert "
        + pair.resolve("cert.pem")
        + " --tlskey "
        + pair.resolve("key.pem")
        + " --tlscrl "
        + authority.revocationList();
  }

  /** What makes a docker CLI use a client's certificate. */
  static String contextLine(Authority authority, String client, Supplier<String> host) {
    Path files = authority.directory(Role.CLIENT, client);
    return "docker context create %s --docker host=tcp://%s:2376,ca=%s,cert=%s,key=%s"
        .formatted(
            client,
            host.get(),
            files.resolve("ca.pem"),
            files.resolve("cert.pem"),
            files.resolve("key.pem"));
  }
}
