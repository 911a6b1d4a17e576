package io.layerd.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.network.BridgeChoices.Ipv6;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What dockerd 28.5 makes of the same flags, but for ids. */
class DefaultBridgeTest {
  private static final String NAME = "nosuch0";

  private static BridgeChoices choices(
      @Nullable String fixed, @Nullable String gateway, Ipv6 ipv6) {
    return new BridgeChoices("0.0.0.0", true, true, fixed, gateway, ipv6, true, true, Map.of());
  }

  private static NetworkRecord bridge(@Nullable NetworkRecord old, BridgeChoices choices) {
    NetworkOptions options =
        NetworkOptions.defaults(Path.of("/nowhere"), Path.of("/nowhere"))
            .withBridge(NAME, "172.30.0.1/24")
            .withBridges(choices);
    return DefaultBridge.of(old, options, options.pools().withIpv6("seed"));
  }

  private static List<NetworkService.Subnet> subnets(NetworkRecord record) {
    return record.view(Map.of()).subnets();
  }

  private static NetworkService.Subnet subnet(
      String subnet, @Nullable String range, @Nullable String gateway) {
    return new NetworkService.Subnet(subnet, range, gateway, Map.of());
  }

  private static final NetworkService.Subnet IPV4 = subnet("172.30.0.0/24", null, "172.30.0.1");

  @Test
  void anotherGatewayIsKeptBackAndUsed() {
    NetworkRecord record = bridge(null, choices(null, "172.30.0.254", Ipv6.OFF));
    assertThat(subnets(record))
        .containsExactly(
            new NetworkService.Subnet(
                "172.30.0.0/24", null, "172.30.0.1", Map.of("DefaultGatewayIPv4", "172.30.0.254")));
    assertThat(DefaultBridge.exit(record, record.ipv4())).isEqualTo("172.30.0.254");
    assertThatThrownBy(() -> bridge(null, choices(null, "172.31.0.254", Ipv6.OFF)))
        .hasMessage(
            "Error initializing network controller: error creating default \"bridge\" network:"
                + " auxiliary address: (DefaultGatewayIPv4:172.31.0.254) must belong to the master"
                + " pool: 172.30.0.0/24");
  }

  @Test
  void ipv6FromTheDefaultPoolsStaysTheSame() {
    NetworkRecord record = bridge(null, choices(null, null, new Ipv6(true, null, null, null)));
    assertThat(record.enableIpv6()).isTrue();
    assertThat(subnets(record)).hasSize(2).first().isEqualTo(IPV4);
    NetworkService.Subnet ula = subnets(record).getLast();
    assertThat(ula.subnet()).matches("fd.*::/64");
    assertThat(ula.gateway()).isEqualTo(ula.subnet().replace("/64", "1"));
    NetworkRecord again = bridge(record, choices(null, null, new Ipv6(true, null, null, null)));
    assertThat(again).isEqualTo(record);
    assertThat(subnets(bridge(record, choices(null, null, Ipv6.OFF)))).containsExactly(IPV4);
  }

  @Test
  void ipv6AsItWasChosen() {
    assertThat(
            subnets(bridge(null, choices(null, null, new Ipv6(true, "fd00:73::5/64", null, null)))))
        .containsExactly(subnet("fd00:73::/64", null, "fd00:73::5"), IPV4);
    assertThat(
            subnets(
                bridge(
                    null,
                    choices(null, null, new Ipv6(true, "fd00:73::5/64", "fd00:73::/80", null)))))
        .containsExactly(subnet("fd00:73::/64", "fd00:73::/80", "fd00:73::5"), IPV4);
    NetworkRecord fixed =
        bridge(null, choices(null, null, new Ipv6(true, null, "fd00:73::/64", "fd00:73::99")));
    assertThat(subnets(fixed))
        .containsExactly(
            new NetworkService.Subnet(
                "fd00:73::/64", "fd00:73::/64", null, Map.of("DefaultGatewayIPv6", "fd00:73::99")),
            IPV4);
    NetworkPool pool = fixed.pools().getFirst();
    assertThat(pool.gateway()).isEqualTo("fd00:73::1"); // which inspect does not tell
    assertThat(DefaultBridge.exit(fixed, pool)).isEqualTo("fd00:73::99");
    // without --ipv6 there is none
    assertThat(
            subnets(
                bridge(
                    null,
                    choices(null, null, new Ipv6(false, "fd00:73::5/64", "fd00:73::/64", null)))))
        .containsExactly(IPV4);
  }

  @Test
  void whatMakesNoSenseIsSaid() {
    assertThatThrownBy(
            () -> bridge(null, choices(null, null, new Ipv6(true, "fd00::1", null, null))))
        .hasMessage(
            "Error initializing network controller: parse bip6 failed: invalid CIDR address:"
                + " fd00::1");
    assertThatThrownBy(
            () ->
                bridge(
                    null,
                    choices(null, null, new Ipv6(true, "fd00:73::5/64", "fd00:74::/80", null))))
        .hasMessageContaining("does not contain fixed-cidr-v6 fd00:74::/80");
    assertThatThrownBy(() -> bridge(null, choices("10.0.0.0/8", null, Ipv6.OFF)))
        .hasMessageContaining("does not contain fixed-cidr 10.0.0.0/8");
    assertThatThrownBy(
            () -> bridge(null, choices(null, null, new Ipv6(true, null, null, "fd00:73::99"))))
        .hasMessageContaining("auxiliary address: (DefaultGatewayIPv6:fd00:73::99) must belong");
  }
}
