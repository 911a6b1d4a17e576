package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses asked for on a network. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record EndpointIpamConfig(
    @JsonProperty("IPv4Address") @JsonInclude(JsonInclude.Include.NON_EMPTY) String iPv4Address,
    @JsonProperty("IPv6Address") @JsonInclude(JsonInclude.Include.NON_EMPTY) String iPv6Address,
    @JsonProperty("LinkLocalIPs") @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @Nullable List<String> linkLocalIPs) {
  public EndpointIpamConfig {
    iPv4Address = iPv4Address == null ? "" : iPv4Address;
    iPv6Address = iPv6Address == null ? "" : iPv6Address;
  }
}
