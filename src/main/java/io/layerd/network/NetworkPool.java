package io.layerd.network;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subnet of a network, as it is kept on disk.
 *
 * @param ipRange addresses are given out from it alone, if it is set
 * @param gateway address of the bridge, or of the router beyond a macvlan or ipvlan; null if there
 *     is none
 * @param gatewayShown whether inspect tells it: dockerd keeps silent about one it chose in a subnet
 *     the user chose
 * @param auxiliary names to addresses that are never given out
 * @param chosen the user chose the subnet, so that he may choose addresses in it
 */
record NetworkPool(
    @JsonProperty("subnet") String subnet,
    @JsonProperty("ipRange") @Nullable String ipRange,
    @JsonProperty("gateway") @Nullable String gateway,
    @JsonProperty("gatewayShown") boolean gatewayShown,
    @JsonProperty("auxiliary") Map<String, String> auxiliary,
    @JsonProperty("chosen") boolean chosen) {
  NetworkPool {
    auxiliary = auxiliary == null ? Map.of() : auxiliary;
  }

  Cidr cidr() {
    return Cidr.parse(subnet);
  }

  /** What addresses are given out from. */
  Cidr range() {
    return Cidr.parse(ipRange == null ? subnet : ipRange);
  }

  @Nullable Ip gatewayIp() {
    return gateway == null ? null : Ip.parse(gateway);
  }

  @JsonIgnore
  boolean isIpv6() {
    return subnet.indexOf(':') >= 0;
  }
}
