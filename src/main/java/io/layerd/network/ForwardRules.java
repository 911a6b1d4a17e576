package io.layerd.network;

import java.io.IOException;
import org.jboss.logging.Logger;

/**
 * The few rules netavark does not see to, each change one transaction of iptables-restore.
 *
 * <p>netavark accepts what a container sends and the answers to it, but not the first packet of a
 * connection to a published port: with a FORWARD policy of DROP (dockerd sets it) no other host
 * would get in. And netavark leaves its empty base chains behind.
 */
final class ForwardRules {
  private static final Logger LOG = Logger.getLogger(ForwardRules.class);

  private static final String BASE_CHAINS =
      """
      *nat
      -D PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT
      -D OUTPUT -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT
      -D POSTROUTING -j NETAVARK-HOSTPORT-MASQ
      -F NETAVARK-HOSTPORT-MASQ
      -F NETAVARK-HOSTPORT-SETMARK
      -X NETAVARK-HOSTPORT-DNAT
      -X NETAVARK-HOSTPORT-MASQ
      -X NETAVARK-HOSTPORT-SETMARK
      COMMIT
      *filter
      -D FORWARD -m comment --comment "netavark firewall plugin rules" -j NETAVARK_FORWARD
      -X NETAVARK_FORWARD
      COMMIT
      """;

  private ForwardRules() {}

  private static String rule(NetworkRecord network) {
    return "FORWARD -d %s -m conntrack --ctstate DNAT -m comment --comment \"layerd %s\" -j ACCEPT\n"
        .formatted(network.gateway().subnet(), network.id().substring(0, 12));
  }

  static void add(NetworkRecord network) {
    remove(network);
    restore("*filter\n-I " + rule(network) + "COMMIT\n");
  }

  static void remove(NetworkRecord network) {
    // a crash may have left none or several
    while (restore("*filter\n-D " + rule(network) + "COMMIT\n")) {
      LOG.tracef("one rule less for %s", network.name());
    }
  }

  /** Fails as a whole, and changes nothing, while any chain is in use by anyone. */
  static void removeBaseChains() {
    restore(BASE_CHAINS);
  }

  private static boolean restore(String rules) {
    try {
      HostCommand.Result result =
          HostCommand.run(
              java.util.List.of(
                  HostPrograms.get(null, "iptables-restore").toString(), "--noflush", "--wait"),
              rules);
      LOG.debugf("iptables-restore: %d %s", result.exitCode(), result.output());
      return result.exitCode() == 0;
    } catch (IOException e) {
      LOG.warnf("cannot run iptables-restore: %s", e.getMessage());
      return false;
    }
  }
}
