package io.layerd.daemon;

import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * What dockerd says, and how long it waits, before it serves everyone on a network. Nothing is said
 * of hosts that ask for a certificate.
 */
final class TcpWarnings {
  private static final Logger LOG = Logger.getLogger("layerd");

  private TcpWarnings() {}

  /** Waits, and answers whether somebody asked the daemon to stop meanwhile. */
  interface Pause {
    boolean stopped(Duration time) throws InterruptedException;
  }

  /**
   * Warns for each TCP host, and waits as dockerd does.
   *
   * @return whether to go on; false if the daemon is to stop
   */
  static boolean say(DaemonConfig config, Pause pause) throws InterruptedException {
    if (config.tls().verified()) {
      return true;
    }
    for (HostAddress host : config.hosts()) {
      if (host instanceof HostAddress.Tcp tcp) {
        MDC.put("host", "tcp://" + tcp);
        try {
          if (!say(tcp, config.tls().explicit(), pause)) {
            return false;
          }
        } finally {
          MDC.remove("host");
        }
      }
    }
    return true;
  }

  private static boolean say(HostAddress.Tcp host, boolean explicit, Pause pause)
      throws InterruptedException {
    LOG.warn(
        "Binding to IP address without --tlsverify is insecure and gives root access on this"
            + " machine to everyone who has access to your network.");
    LOG.warn(
        "Binding to an IP address, even on localhost, can also give access to scripts run in a"
            + " browser. Be safe out there!");
    LOG.warn(
        "[DEPRECATION NOTICE] In future versions this will be a hard failure preventing the daemon"
            + " from starting! Learn more at: https://docs.docker.com/go/api-security/");
    if (pause.stopped(Duration.ofSeconds(1))) {
      return false;
    }
    if (explicit || loopback(host)) {
      return true;
    }
    LOG.warn(
        "Binding to an IP address without --tlsverify is deprecated. Startup is intentionally being"
            + " slowed down to show this message");
    LOG.warn(
        "Please consider generating tls certificates with client validation to prevent exposing"
            + " unauthenticated root access to your network");
    LOG.warn("You can override this by explicitly specifying '--tls=false' or '--tlsverify=false'");
    LOG.warn(
        "Support for listening on TCP without authentication or explicit intent to run without"
            + " authentication will be removed in the next release");
    return !pause.stopped(Duration.ofSeconds(15));
  }

  private static boolean loopback(HostAddress.Tcp host) {
    try {
      return HostLookup.of(host).loopback();
    } catch (UnknownHostException e) {
      return false; // listening on it will say why not
    }
  }

  /** What {@code docker info} says of the same hosts. */
  static List<String> ofInfo(DaemonConfig config) {
    if (config.tls().verified()) {
      return List.of();
    }
    String access =
        config.tls().files() == null
            ? "http://%s without encryption."
            : "https://%s without TLS client verification.";
    return config.hosts().stream()
        .filter(HostAddress.Tcp.class::isInstance)
        .map(
            host ->
                "[DEPRECATION NOTICE]: API is accessible on "
                    + access.formatted(host)
                    + "\n         Access to the remote API is equivalent to root access on the"
                    + " host. Refer\n         to the 'Docker daemon attack surface' section in the"
                    + " documentation for\n         more information:"
                    + " https://docs.docker.com/go/attack-surface/\nIn future versions this will be"
                    + " a hard failure preventing the daemon from starting! Learn more at:"
                    + " https://docs.docker.com/go/api-security/")
        .toList();
  }
}
