package io.layerd.network;

import io.layerd.network.AttachmentState.EndpointState;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Tells the neighbours who has an address now: an address that was another container's a moment ago
 * is still kept by them with that one's MAC address, and they would send there in vain for half a
 * minute. The kernel sends it, as it does when a MAC address changes. Works in the thread's
 * namespace.
 */
final class Announcement {
  private static final Logger LOG = Logger.getLogger(Announcement.class);

  private final Sys sys;
  private final EndpointState endpoint;

  Announcement(Sys sys, EndpointState endpoint) {
    this.sys = sys;
    this.endpoint = endpoint;
  }

  /** Without an answer nobody knows whether it was heard: it is no condition of anything. */
  void send() {
    try (RouteSocket socket = RouteSocket.open(sys)) {
      notify("1");
      int index = socket.index(endpoint.interfaceName());
      socket.setMac(index, HexFormat.ofDelimiter(":").parseHex(endpoint.mac().replace('-', ':')));
      notify("0");
    } catch (IOException | IllegalArgumentException e) {
      LOG.debugf("%s is not announced: %s", endpoint.address(), e.getMessage());
    }
  }

  private void notify(String on) throws IOException {
    for (String file : List.of("ipv4/conf/%s/arp_notify", "ipv6/conf/%s/ndisc_notify")) {
      Path path = Path.of("/proc/sys/net", file.formatted(endpoint.interfaceName()));
      if (Files.exists(path)) {
        Files.writeString(path, on);
      }
    }
  }
}
