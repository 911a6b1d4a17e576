package io.layerd.spec;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A container's place on one network, asked for and as it came out. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record EndpointSettings(
    @JsonProperty("IPAMConfig") @Nullable EndpointIpamConfig ipamConfig,
    @JsonProperty("Links") @Nullable List<String> links,
    @JsonProperty("Aliases") @Nullable List<String> aliases,
    @JsonProperty("MacAddress") String macAddress,
    @JsonProperty("DriverOpts") @Nullable Map<String, String> driverOpts,
    @JsonProperty("GwPriority") int gwPriority,
    @JsonProperty("NetworkID") String networkID,
    @JsonProperty("EndpointID") String endpointID,
    @JsonProperty("Gateway") String gateway,
    @JsonProperty("IPAddress") String ipAddress,
    @JsonProperty("IPPrefixLen") int ipPrefixLen,
    @JsonProperty("IPv6Gateway") String iPv6Gateway,
    @JsonProperty("GlobalIPv6Address") String globalIPv6Address,
    @JsonProperty("GlobalIPv6PrefixLen") int globalIPv6PrefixLen,
    @JsonProperty("DNSNames") @Nullable List<String> dnsNames) {
  public EndpointSettings {
    macAddress = macAddress == null ? "" : macAddress;
    networkID = networkID == null ? "" : networkID;
    endpointID = endpointID == null ? "" : endpointID;
    gateway = gateway == null ? "" : gateway;
    ipAddress = ipAddress == null ? "" : ipAddress;
    iPv6Gateway = iPv6Gateway == null ? "" : iPv6Gateway;
    globalIPv6Address = globalIPv6Address == null ? "" : globalIPv6Address;
  }
}
