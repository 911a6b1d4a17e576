package io.layerd.network;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The host ports given out by this daemon. Each is held by a bound socket too, so that no other
 * process gets it while netavark's rules would take its traffic.
 */
final class PortTable {
  private static final Logger LOG = Logger.getLogger(PortTable.class);

  private final boolean proxy;
  private final Map<PublishedPort, String> owners = new LinkedHashMap<>();
  private final Map<PublishedPort, PortHold> holds = new HashMap<>();
  private final Map<String, Integer> lastDynamic = new HashMap<>();

  /**
   * @param proxy whether what no packet rule leads to a container is passed on
   */
  PortTable(boolean proxy) {
    this.proxy = proxy;
  }

  /** All of them or none. */
  synchronized List<PublishedPort> publish(
      String containerId, List<PortWish> wishes, String containerIp) {
    List<PublishedPort> given = new ArrayList<>();
    try {
      for (PortWish wish : wishes) {
        given.add(publish(containerId, wish, containerIp));
      }
      return given;
    } catch (RuntimeException e) {
      given.forEach(this::release);
      throw e;
    }
  }

  private PublishedPort publish(String containerId, PortWish wish, String containerIp) {
    if (wish.firstHostPort() > 0 && wish.firstHostPort() == wish.lastHostPort()) {
      PublishedPort port = port(wish, wish.firstHostPort());
      PublishedPort taken = clash(port);
      if (taken != null) {
        throw new SystemFailure(
            "Bind for %s:%d failed: port is already allocated"
                .formatted(taken.address(), port.hostPort()));
      }
      try {
        hold(containerId, port, containerIp);
      } catch (IOException e) {
        throw new SystemFailure(
            "failed to bind host port for %s:%d:%s:%d/%s: %s"
                .formatted(
                    port.address(),
                    port.hostPort(),
                    containerIp,
                    port.containerPort(),
                    port.protocol(),
                    reason(e)),
            e);
      }
      return port;
    }
    return wish.firstHostPort() > 0
        ? search(
            containerId,
            wish,
            containerIp,
            wish.firstHostPort(),
            wish.lastHostPort(),
            wish.firstHostPort())
        : dynamic(containerId, wish, containerIp);
  }

  private PublishedPort dynamic(String containerId, PortWish wish, String containerIp) {
    int[] range = localPortRange();
    int last = lastDynamic.getOrDefault(wish.protocol(), range[1]);
    int start = last < range[0] || last >= range[1] ? range[0] : last + 1;
    PublishedPort port = search(containerId, wish, containerIp, range[0], range[1], start);
    lastDynamic.put(wish.protocol(), port.hostPort());
    return port;
  }

  private PublishedPort search(
      String containerId, PortWish wish, String containerIp, int first, int last, int start) {
    int size = last - first + 1;
    for (int i = 0; i < size; i++) {
      PublishedPort port = port(wish, first + (start - first + i) % size);
      if (clash(port) == null) {
        try {
          hold(containerId, port, containerIp);
          return port;
        } catch (BindException e) {
          LOG.debugf("port %d is in use: %s", port.hostPort(), e.getMessage());
        } catch (IOException e) {
          throw new SystemFailure(
              "failed to bind host port for " + port.address() + ": " + reason(e), e);
        }
      }
    }
    throw new SystemFailure("all ports are allocated");
  }

  private static PublishedPort port(PortWish wish, int hostPort) {
    return new PublishedPort(wish.protocol(), wish.hostIp(), hostPort, wish.containerPort());
  }

  private @Nullable PublishedPort clash(PublishedPort port) {
    return owners.keySet().stream().filter(port::clashes).findFirst().orElse(null);
  }

  private void hold(String containerId, PublishedPort port, String containerIp) throws IOException {
    holds.put(port, PortHold.bind(port, containerIp, proxy));
    owners.put(port, containerId);
  }

  /** A port that a container had before the daemon started; not held yet. */
  synchronized void reserve(String containerId, PublishedPort port) {
    owners.put(port, containerId);
  }

  /**
   * Binds the reserved ports of a container that still runs, or passes on to another address what
   * comes in.
   */
  synchronized void holdAgain(List<PublishedPort> ports, String containerIp) {
    for (PublishedPort port : ports) {
      try {
        PortHold hold = holds.get(port);
        if (hold != null) {
          hold.lead(containerIp);
        } else {
          holds.put(port, PortHold.bind(port, containerIp, proxy));
        }
      } catch (IOException e) {
        LOG.warnf("port %s:%d is not held: %s", port.address(), port.hostPort(), e.getMessage());
      }
    }
  }

  synchronized void release(PublishedPort port) {
    owners.remove(port);
    PortHold hold = holds.remove(port);
    if (hold != null) {
      hold.close();
    }
  }

  /** Lets go of the sockets; the ports stay reserved. */
  synchronized void close() {
    holds.values().forEach(PortHold::close);
    holds.clear();
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (message.contains("already in use")) {
      return "address already in use";
    }
    return message.contains("cannot assign") ? "cannot assign requested address" : message;
  }

  private static int[] localPortRange() {
    try {
      String[] range =
          ProcFile.read(Path.of("/proc/sys/net/ipv4/ip_local_port_range")).split("\\s+", -1);
      return new int[] {Integer.parseInt(range[0]), Integer.parseInt(range[1])};
    } catch (IOException | NumberFormatException e) {
      LOG.debugf("using Docker's default port range: %s", e.getMessage());
      return new int[] {49153, 65535};
    }
  }
}
