package io.layerd.container;

import io.layerd.spec.HostConfig;
import io.layerd.spec.LogConfig;
import io.layerd.spec.RestartPolicy;
import io.layerd.spec.SpecJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fills in what a request leaves open, as dockerd 28 does; the runtime adds its own. */
final class HostDefaults {
  private HostDefaults() {}

  /** A HostConfig of which nothing was said. */
  static HostConfig empty() {
    return SpecJson.read(SpecJson.MAPPER.createObjectNode(), HostConfig.class);
  }

  /**
   * @param log the driver where none is asked for, and its options
   */
  static HostConfig apply(HostConfig asked, LogConfig log) {
    Map<String, Object> set = new HashMap<>();
    if (asked.networkMode().isEmpty() || asked.networkMode().equals("default")) {
      set.put("NetworkMode", "bridge");
    }
    if (asked.restartPolicy().name().isEmpty()) {
      set.put("RestartPolicy", new RestartPolicy("no", asked.restartPolicy().maximumRetryCount()));
    }
    if (asked.consoleSize() == null) {
      set.put("ConsoleSize", List.of(0, 0));
    }
    set.put("LogConfig", log(asked.logConfig(), log));
    security(asked, set);
    return SpecJson.change(asked, HostConfig.class, set);
  }

  /** The daemon's options are for its own driver. */
  private static LogConfig log(LogConfig asked, LogConfig usual) {
    String type = asked.type().isEmpty() ? usual.type() : asked.type();
    Map<String, String> options = new TreeMap<>();
    if (type.equals(usual.type()) && usual.config() != null) {
      options.putAll(usual.config());
    }
    if (asked.config() != null) {
      options.putAll(asked.config());
    }
    return new LogConfig(type, options);
  }

  private static void security(HostConfig asked, Map<String, Object> set) {
    List<String> options = asked.securityOpt() == null ? List.of() : asked.securityOpt();
    boolean open =
        asked.privileged() || asked.ipcMode().equals("host") || asked.pidMode().equals("host");
    if (open && !LabelPlan.asked(options)) {
      List<String> more = new ArrayList<>(options);
      more.add("label=disable");
      set.put("SecurityOpt", more);
    }
  }
}
