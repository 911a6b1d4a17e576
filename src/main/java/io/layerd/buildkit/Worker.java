package io.layerd.buildkit;

import io.layerd.oci.Platform;
import io.layerd.rpc.WireWriter;
import java.util.Map;
import java.util.TreeMap;

/**
 * What does the work here: this host.
 *
 * @param id stays the same for one data root
 * @param version of the daemon
 */
record Worker(String id, String version) {
  /** By a snapshotter clients tell that caches, archives and pushes can be asked for. */
  private static final Map<String, String> LABELS =
      new TreeMap<>(
          Map.of(
              "org.mobyproject.buildkit.worker.executor", "layerd",
              "org.mobyproject.buildkit.worker.snapshotter", "layerd"));

  WireWriter record() {
    Platform host = Platform.host();
    WireWriter platform = new WireWriter().text(1, host.architecture()).text(2, host.os());
    if (host.variant() != null) {
      platform.text(3, host.variant());
    }
    return new WireWriter().text(1, id).map(2, LABELS).message(3, platform).message(5, release());
  }

  WireWriter release() {
    return new WireWriter().text(1, "layerd").text(2, "v" + version);
  }
}
