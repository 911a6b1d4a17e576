package io.layerd.daemon;

import io.layerd.api.DaemonFacts;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.List;

/** What the API tells of this daemon: its build, the id of its data root, and its configuration. */
record Facts(BuildInfo build, String id) {
  /** The dockerd whose API this is; clients decide by it. */
  private static final String ENGINE_VERSION = "28.5.2";

  static Facts of(Sys sys, Path dataRoot) {
    return new Facts(BuildInfo.load(), EngineId.of(sys, dataRoot));
  }

  DaemonFacts with(DaemonConfig config) {
    List<String> warnings =
        config.hosts().stream()
            .filter(HostAddress.Tcp.class::isInstance)
            .map(
                host ->
                    "[DEPRECATION NOTICE]: API is accessible on http://"
                        + host
                        + " without encryption.\n         Access to the remote API is equivalent to"
                        + " root access on the host.")
            .toList();
    return new DaemonFacts(
        "layerd",
        build.version(),
        ENGINE_VERSION,
        build.commit(),
        build.time(),
        id,
        config.debug(),
        config.dataRoot().toString(),
        config.labels(),
        config.insecureRegistries(),
        config.registryMirrors(),
        warnings);
  }
}
