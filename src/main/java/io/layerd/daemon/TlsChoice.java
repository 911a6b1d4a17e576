package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.certs.TlsFiles;
import io.layerd.daemon.tls.ServerTls;
import io.layerd.error.InvalidParameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the TCP hosts speak TLS, and with which files.
 *
 * <p>As in dockerd, saying anything of {@code tlsverify} turns TLS on, and TLS asks clients for
 * certificates unless {@code tlsverify} is false. {@code DOCKER_TLS_VERIFY} protects TCP hosts that
 * nothing was said about; dockerd's manual says that it does, dockerd itself leaves them open.
 *
 * @param files null for plain HTTP
 * @param explicit whether somebody has chosen, so that nobody needs to be warned at length
 */
record TlsChoice(@Nullable TlsFiles files, boolean explicit) {
  /** Whether only who has a certificate gets in. */
  boolean verified() {
    return files != null && files.verify();
  }

  /**
   * Reads the files; null for plain HTTP.
   *
   * @throws StartupFailure if they do not make a server
   */
  @Nullable ServerTls read() {
    try {
      return files == null ? null : ServerTls.read(files);
    } catch (InvalidParameter e) {
      throw invalid(e);
    }
  }

  /**
   * Has them used, and watched until they are closed.
   *
   * @param read by {@link #read}
   * @throws StartupFailure if they cannot be used
   */
  static @Nullable ServerTls open(@Nullable ServerTls read) {
    try {
      if (read != null) {
        read.open();
      }
      return read;
    } catch (InvalidParameter e) {
      throw invalid(e);
    }
  }

  /**
   * Looks at the files without using them.
   *
   * @throws StartupFailure if they do not make a server
   */
  void check() {
    try {
      if (files != null) {
        files.read();
      }
    } catch (InvalidParameter e) {
      throw invalid(e);
    }
  }

  private static StartupFailure invalid(InvalidParameter e) {
    return new StartupFailure("invalid TLS configuration: " + e.getMessage(), e);
  }

  /** Whether a flag or the file asks for TLS, which changes where the daemon listens. */
  static boolean asked(DaemonFlags flags, Map<String, JsonNode> file) {
    return bool(flags.tlsVerify, file, "tlsverify") != null
        || Boolean.TRUE.equals(bool(flags.tls, file, "tls"));
  }

  static TlsChoice of(
      DaemonFlags flags,
      Map<String, JsonNode> file,
      Map<String, String> environment,
      List<HostAddress> hosts) {
    Boolean tls = bool(flags.tls, file, "tls");
    Boolean verify = bool(flags.tlsVerify, file, "tlsverify");
    boolean variable =
        tls == null
            && verify == null
            && !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty()
            && hosts.stream().anyMatch(HostAddress.Tcp.class::isInstance);
    if (!asked(flags, file) && !variable) {
      return new TlsChoice(null, tls != null);
    }
    Path directory = directory(environment);
    String authority = text(flags.tlsCaCert, file, "tlscacert");
    String revocations = text(flags.tlsCrl, file, "tlscrl");
    return new TlsChoice(
        new TlsFiles(
            authority.isEmpty() ? directory.resolve("ca.pem").toString() : authority,
            orUsual(text(flags.tlsCert, file, "tlscert"), directory.resolve("cert.pem")),
            orUsual(text(flags.tlsKey, file, "tlskey"), directory.resolve("key.pem")),
            revocations.isEmpty() ? null : revocations,
            !Boolean.FALSE.equals(verify)),
        true);
  }

  /** Where the files are if nobody says. */
  private static Path directory(Map<String, String> environment) {
    for (String name : new String[] {"DOCKER_CERT_PATH", "DOCKER_CONFIG"}) {
      String path = environment.getOrDefault(name, "");
      if (!path.isEmpty()) {
        return Path.of(path);
      }
    }
    return Path.of(environment.getOrDefault("HOME", "/"), ".docker");
  }

  private static String orUsual(String named, Path usual) {
    return !named.isEmpty() ? named : Files.exists(usual) ? usual.toString() : "";
  }

  private static @Nullable Boolean bool(
      @Nullable Boolean flag, Map<String, JsonNode> file, String name) {
    JsonNode inFile = file.get(name);
    return flag != null || inFile == null || inFile.isNull() ? flag : (Boolean) inFile.asBoolean();
  }

  private static String text(@Nullable String flag, Map<String, JsonNode> file, String name) {
    JsonNode inFile = file.get(name);
    return flag != null ? flag : inFile == null || inFile.isNull() ? "" : inFile.asText();
  }
}
