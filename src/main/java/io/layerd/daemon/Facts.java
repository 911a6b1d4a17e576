package io.layerd.daemon;

import io.layerd.api.DaemonFacts;
import io.layerd.daemon.tls.ServerTls;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the API tells of this daemon: its build, the id of its data root, and its configuration. */
record Facts(BuildInfo build, String id, @Nullable ServerTls tls) {
  /** The dockerd whose API this is; clients decide by it. */
  static final String ENGINE_VERSION = "28.5.2";

  static Facts of(Sys sys, Path dataRoot, @Nullable ServerTls tls) {
    return new Facts(BuildInfo.load(), EngineId.of(sys, dataRoot), tls);
  }

  DaemonFacts with(DaemonConfig config) {
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
        config.engine().liveRestore(),
        config.engine().experimental(),
        config.engine().proxies(),
        config.engine().containers().log().type(),
        () -> warnings(config));
  }

  private List<String> warnings(DaemonConfig config) {
    List<String> warnings = new ArrayList<>(TcpWarnings.ofInfo(config));
    if (tls != null) {
      warnings.addAll(tls.warnings());
    }
    return warnings;
  }
}
