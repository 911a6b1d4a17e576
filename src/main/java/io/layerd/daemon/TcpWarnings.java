package io.layerd.daemon;

import java.time.Duration;
import org.jboss.logging.Logger;

/** What dockerd says, and how long it waits, before it serves everyone on a network. */
final class TcpWarnings {
  private static final Logger LOG = Logger.getLogger("layerd");

  private TcpWarnings() {}

  /** Warns for each TCP host, and sleeps as dockerd does. */
  static void say(DaemonConfig config) throws InterruptedException {
    for (HostAddress host : config.hosts()) {
      if (!(host instanceof HostAddress.Tcp tcp)) {
        continue;
      }
      LOG.warn(
          "Binding to IP address without --tlsverify is insecure and gives root access on this"
              + " machine to everyone who has access to your network. host=tcp://"
              + tcp);
      LOG.warn(
          "Binding to an IP address, even on localhost, can also give access to scripts run in a"
              + " browser. Be safe out there! host=tcp://"
              + tcp);
      LOG.warn(
          "[DEPRECATION NOTICE] API is accessible on tcp://"
              + tcp
              + " without encryption. Access to the remote API is equivalent to root access on the"
              + " host. In future versions this will be a hard failure preventing the daemon from"
              + " starting");
      Thread.sleep(Duration.ofSeconds(1));
      if (!config.tlsDeclined() && !tcp.loopback()) {
        LOG.warn(
            "Binding to an IP address without --tlsverify is deprecated. Startup is intentionally"
                + " being slowed down to show this message");
        LOG.warn(
            "Please consider generating tls certificates with client validation to prevent exposing"
                + " unauthenticated root access to your network");
        LOG.warn(
            "You can override this by explicitly specifying '--tls=false' or '--tlsverify=false'");
        LOG.warn(
            "Support for listening on TCP without authentication or explicit intent to run without"
                + " authentication will be removed in the next release");
        Thread.sleep(Duration.ofSeconds(15));
      }
    }
  }
}
