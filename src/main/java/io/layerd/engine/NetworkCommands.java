package io.layerd.engine;

import io.layerd.network.NetworkService.Network;
import io.layerd.network.NetworkService.NewNetwork;
import io.layerd.spec.EndpointSettings;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /networks}. */
public interface NetworkCommands {
  /** Filters {@code id, name, driver, scope, type, label, dangling}. */
  Uni<List<Network>> list(Map<String, List<String>> filters);

  Uni<Network> inspect(String nameOrId);

  Uni<Network> create(NewNetwork request);

  Uni<Void> remove(String nameOrId);

  /**
   * Filters {@code until, label, label!}.
   *
   * @return the names of those removed
   */
  Uni<List<String>> prune(Map<String, List<String>> filters);

  /**
   * @param settings what is asked for on the network; null for nothing
   */
  Uni<Void> connect(String network, String container, @Nullable EndpointSettings settings);

  Uni<Void> disconnect(String network, String container, boolean force);
}
