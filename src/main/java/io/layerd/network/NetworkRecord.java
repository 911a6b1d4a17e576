package io.layerd.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.network.NetworkService.Endpoint;
import io.layerd.network.NetworkService.Network;
import io.layerd.network.NetworkService.Subnet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network as it is kept on disk.
 *
 * @param bridge interface, empty for host and none
 * @param bip address and prefix of that interface, null for host and none
 */
record NetworkRecord(
    @JsonProperty("id") String id,
    @JsonProperty("name") String name,
    @JsonProperty("driver") String driver,
    @JsonProperty("created") String created,
    @JsonProperty("bridge") String bridge,
    @JsonProperty("bip") @Nullable String bip,
    @JsonProperty("options") Map<String, String> options,
    @JsonProperty("labels") Map<String, String> labels) {

  boolean isBridge() {
    return driver.equals("bridge");
  }

  /** The address of the bridge on its subnet. */
  Cidr gateway() {
    if (bip == null) {
      throw new IllegalStateException("network " + name + " has no subnet");
    }
    return Cidr.parse(bip);
  }

  int mtu() {
    return Integer.parseInt(options.getOrDefault("com.docker.network.driver.mtu", "1500"));
  }

  Network view(Map<String, Endpoint> containers) {
    List<Subnet> subnets =
        isBridge() ? List.of(new Subnet(gateway().subnet(), gateway().addressText())) : List.of();
    return new Network(
        id,
        name,
        driver,
        "local",
        Instant.parse(created),
        false,
        false,
        subnets,
        options,
        labels,
        containers);
  }
}
