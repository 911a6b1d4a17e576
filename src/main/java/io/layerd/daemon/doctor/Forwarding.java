package io.layerd.daemon.doctor;

import java.util.List;

/** Whether the kernel passes packets on between interfaces. */
final class Forwarding implements Check {
  private static final String NAME = "ip_forward";
  private static final String FILE = "/proc/sys/net/ipv4/ip_forward";

  private final HostFiles host;

  Forwarding(HostFiles host) {
    this.host = host;
  }

  @Override
  public List<Finding> look() {
    String value = host.read(FILE);
    return List.of(
        value.equals("1")
            ? Finding.ok(NAME, "on")
            : Finding.warning(
                NAME,
                "off: layerd turns it on with the first bridge network",
                "sysctl -w net.ipv4.ip_forward=1, and a file in /etc/sysctl.d to keep it"));
  }
}
