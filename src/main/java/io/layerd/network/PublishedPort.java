package io.layerd.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A port of the host that leads to a port of a container.
 *
 * @param hostIp the address asked for; empty for every address, IPv4 and IPv6
 */
record PublishedPort(
    @JsonProperty("protocol") String protocol,
    @JsonProperty("hostIp") String hostIp,
    @JsonProperty("hostPort") int hostPort,
    @JsonProperty("containerPort") int containerPort) {

  /** The host's UDP ports among these. */
  static Set<Integer> udp(List<PublishedPort> ports) {
    return ports.stream()
        .filter(port -> port.protocol.equals("udp"))
        .map(PublishedPort::hostPort)
        .collect(Collectors.toSet());
  }

  boolean isIpv6() {
    return hostIp.indexOf(':') >= 0;
  }

  /** Whether both cannot be bound at once. */
  boolean clashes(PublishedPort other) {
    if (hostPort != other.hostPort || !protocol.equals(other.protocol)) {
      return false;
    }
    if (hostIp.isEmpty() || other.hostIp.isEmpty()) {
      return true;
    }
    return isIpv6() == other.isIpv6()
        && (hostIp.equals(other.hostIp) || isWildcard() || other.isWildcard());
  }

  private boolean isWildcard() {
    return hostIp.isEmpty() || hostIp.equals("0.0.0.0") || hostIp.equals("::");
  }

  /** The address as Docker prints it before a port. */
  String address() {
    return hostIp.isEmpty() ? "0.0.0.0" : isIpv6() ? "[" + hostIp + "]" : hostIp;
  }

  String containerKey() {
    return containerPort + "/" + protocol;
  }
}
