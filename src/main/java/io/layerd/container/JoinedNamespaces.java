package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.util.HashMap;
import java.util.Map;

/**
 * The containers whose namespaces a container shares, {@code container:NAME}. They are pinned by
 * their ids when it is created, as dockerd does: another that gets the name later is not meant.
 */
final class JoinedNamespaces {
  private static final String CONTAINER = "container:";

  private JoinedNamespaces() {}

  /**
   * The configuration with ids for names.
   *
   * @throws io.layerd.error.NotFound if there is no container whose processes or memory are to be
   *     shared; a network's is looked for again at the start
   */
  static HostConfig pin(HostConfig host, ContainerIndex index) {
    Map<String, Object> pinned = new HashMap<>();
    put(pinned, "PidMode", host.pidMode(), index);
    put(pinned, "IpcMode", host.ipcMode(), index);
    try {
      put(pinned, "NetworkMode", host.networkMode(), index);
    } catch (EngineException e) {
      pinned.remove("NetworkMode");
    }
    return pinned.isEmpty() ? host : SpecJson.change(host, HostConfig.class, pinned);
  }

  private static void put(
      Map<String, Object> pinned, String key, String mode, ContainerIndex index) {
    if (mode.startsWith(CONTAINER) && mode.length() > CONTAINER.length()) {
      pinned.put(key, CONTAINER + index.get(mode.substring(CONTAINER.length())).id);
    }
  }
}
