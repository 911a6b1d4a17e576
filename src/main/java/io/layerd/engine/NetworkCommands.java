package io.layerd.engine;

import io.layerd.network.NetworkService.Network;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;

/** {@code /networks}. */
public interface NetworkCommands {
  /** Filters {@code id, name, driver, scope, type, label, dangling}. */
  Uni<List<Network>> list(Map<String, List<String>> filters);

  Uni<Network> inspect(String nameOrId);
}
