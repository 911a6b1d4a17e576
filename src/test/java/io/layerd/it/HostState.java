package io.layerd.it;

import java.util.List;

/** What containers of one daemon put on the host; equal before and after when nothing is left. */
record HostState(
    List<String> mounts,
    List<String> bridgePorts,
    List<String> packetRules,
    List<String> processes,
    List<String> overlayDirectories) {

  static HostState of(DaemonFixture daemon) {
    return new HostState(
        lines("awk '{print $5}' /proc/self/mountinfo | grep -F %s".formatted(daemon.root())),
        lines("ls /sys/class/net/%s/brif 2>/dev/null".formatted(daemon.bridge())),
        lines(
            "iptables-save | grep -F -e %s -e %s"
                .formatted(daemon.bridge(), daemon.subnetPrefix())),
        lines(
            "grep -slF %s /proc/[0-9]*/cmdline | while read f; do tr '\\0' ' ' <$f; echo; done | grep -e [c]onmon -e [r]unc -e [c]run"
                .formatted(daemon.root())),
        lines("ls %s/overlay2".formatted(daemon.dataRoot())));
  }

  private static List<String> lines(String script) {
    return Command.sh("{ " + script + "; } | sort || true").lines().toList();
  }
}
