package io.layerd.buildkit;

import io.layerd.oci.Platform;
import io.layerd.rpc.WireWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What does the work here: this host.
 *
 * @param id stays the same for one data root
 * @param version of the daemon
 * @param hostGateways the addresses that {@code host-gateway} stands for
 */
record Worker(String id, String version, Supplier<List<String>> hostGateways) {
  private static final String PREFIX = "org.mobyproject.buildkit.worker.";

  /** By a snapshotter clients tell that caches, archives and pushes can be asked for. */
  private Map<String, String> labels() {
    Map<String, String> labels = new TreeMap<>();
    labels.put(PREFIX + "executor", "layerd");
    labels.put(PREFIX + "snapshotter", "layerd");
    hostGateways.get().stream()
        .findFirst()
        .ifPresent(address -> labels.put(PREFIX + "moby.host-gateway-ip", address));
    return labels;
  }

  WireWriter record() {
    Platform host = Platform.host();
    WireWriter platform = new WireWriter().text(1, host.architecture()).text(2, host.os());
    if (host.variant() != null) {
      platform.text(3, host.variant());
    }
    return new WireWriter().text(1, id).map(2, labels()).message(3, platform).message(5, release());
  }

  WireWriter release() {
    return new WireWriter().text(1, "layerd").text(2, "v" + version);
  }
}
