package io.layerd.api.model;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.layerd.network.NetworkService.NewNetwork;
import io.layerd.network.NetworkService.PoolRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code POST /networks/create}. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record NetworkBody(
    @JsonProperty("Name") @Nullable String name,
    @JsonProperty("Driver") @Nullable String driver,
    @JsonProperty("Scope") @Nullable String scope,
    @JsonProperty("EnableIPv4") @Nullable Boolean enableIpv4,
    @JsonProperty("EnableIPv6") @Nullable Boolean enableIpv6,
    @JsonProperty("Internal") boolean internal,
    @JsonProperty("Attachable") boolean attachable,
    @JsonProperty("Ingress") boolean ingress,
    @JsonProperty("ConfigOnly") boolean configOnly,
    @JsonProperty("ConfigFrom") @Nullable ConfigFrom configFrom,
    @JsonProperty("IPAM") @Nullable Ipam ipam,
    @JsonProperty("Options") @Nullable Map<String, String> options,
    @JsonProperty("Labels") @Nullable Map<String, String> labels) {

  /** The name of a configuration network. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record ConfigFrom(@JsonProperty("Network") @Nullable String network) {}

  /** Address management. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Ipam(
      @JsonProperty("Driver") @Nullable String driver,
      @JsonProperty("Options") @Nullable Map<String, String> options,
      @JsonProperty("Config") @Nullable List<Pool> config) {}

  /** A subnet asked for. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Pool(
      @JsonProperty("Subnet") @Nullable String subnet,
      @JsonProperty("IPRange") @Nullable String ipRange,
      @JsonProperty("Gateway") @Nullable String gateway,
      @JsonProperty("AuxiliaryAddresses") @Nullable Map<String, String> auxiliary) {
    PoolRequest request() {
      return new PoolRequest(
          orEmpty(subnet),
          orEmpty(ipRange),
          orEmpty(gateway),
          auxiliary == null ? Map.of() : auxiliary);
    }
  }

  /** With dockerd's defaults: a bridge with IPv4. */
  public NewNetwork request() {
    List<Pool> pools = ipam == null || ipam.config() == null ? List.of() : ipam.config();
    String wanted = orEmpty(driver);
    return new NewNetwork(
        orEmpty(name),
        wanted.isEmpty() ? "bridge" : wanted,
        orEmpty(scope),
        enableIpv4 == null || enableIpv4,
        enableIpv6 != null && enableIpv6,
        internal,
        attachable,
        ingress,
        configOnly,
        configFrom == null ? "" : orEmpty(configFrom.network()),
        ipam == null ? "" : orEmpty(ipam.driver()),
        ipam == null ? null : ipam.options(),
        pools.stream().map(Pool::request).toList(),
        options == null ? Map.of() : options,
        labels == null ? Map.of() : labels);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
