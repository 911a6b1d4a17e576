package io.layerd.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.spec.PortBinding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Subnets, addresses and ports before anything is made. */
class PlanningTest {
  private static NetworkRecord network(String bip) {
    return new NetworkRecord(
        "f".repeat(64),
        "bridge",
        "bridge",
        "2026-01-01T00:00:00Z",
        "ldt9",
        bip,
        Map.of(),
        Map.of());
  }

  @Test
  void subnets() {
    Cidr cidr = Cidr.parse("172.17.0.1/16");
    assertThat(cidr.subnet()).isEqualTo("172.17.0.0/16");
    assertThat(cidr.overlaps(Cidr.parse("172.17.200.0/24"))).isTrue();
    assertThat(Cidr.parse("172.17.200.0/24").overlaps(cidr)).isTrue();
    assertThat(cidr.overlaps(Cidr.parse("172.18.0.0/16"))).isFalse();
    for (String bad : List.of("", "1.2.3.4", "1.2.3/8", "1.2.3.4/33", "1.2.3.400/8", "a.b.c.d/8")) {
      assertThatThrownBy(() -> Cidr.parse(bad)).isInstanceOf(InvalidParameter.class);
    }
  }

  @Test
  void theFirstPoolTheHostDoesNotUse() {
    assertThat(HostSubnets.firstFree(List.of())).isEqualTo(Cidr.parse("172.17.0.1/16"));
    assertThat(
            HostSubnets.firstFree(
                List.of(Cidr.parse("172.17.5.0/24"), Cidr.parse("172.18.0.0/15"))))
        .isEqualTo(Cidr.parse("172.20.0.1/16"));
    assertThat(HostSubnets.firstFree(List.of(Cidr.parse("172.16.0.0/12"))))
        .isEqualTo(Cidr.parse("192.168.0.1/20"));
    assertThatThrownBy(() -> HostSubnets.firstFree(List.of(Cidr.parse("0.0.0.0/0"))))
        .isInstanceOf(SystemFailure.class);
    assertThat(HostSubnets.used("nosuch")).contains(Cidr.parse("127.0.0.1/8"));
  }

  @Test
  void addressesAreGivenOnceAndTheLowestFirst() {
    AddressPools pools = new AddressPools();
    NetworkRecord network = network("10.9.9.1/29");
    Set<String> given = new TreeSet<>();
    for (int i = 0; i < 5; i++) {
      assertThat(given.add(pools.next(network))).isTrue();
    }
    assertThat(given).containsExactly("10.9.9.2", "10.9.9.3", "10.9.9.4", "10.9.9.5", "10.9.9.6");
    assertThatThrownBy(() -> pools.next(network))
        .isInstanceOf(SystemFailure.class)
        .hasMessageStartingWith("no available IPv4 addresses on this network's address pools");
    pools.release(network.id(), "10.9.9.4");
    assertThat(pools.nextFromTop(network)).isEqualTo("10.9.9.4");
  }

  @Test
  void portWishes() {
    List<PortWish> wishes =
        PortWish.of(
            Set.of("90/tcp", "80/tcp"),
            Map.of(
                "80", List.of(new PortBinding("0.0.0.0", "8080"), new PortBinding("::", "8080")),
                "53/udp", List.of(new PortBinding("", "5000-5010"))),
            true);
    assertThat(wishes)
        .contains(
            new PortWish("tcp", 80, "", 8080, 8080),
            new PortWish("tcp", 90, "", 0, 0),
            new PortWish("udp", 53, "", 5000, 5010));
    for (String bad : List.of("abc", "99999", "20-10", "-1", "1-")) {
      assertThatThrownBy(
              () ->
                  PortWish.of(Set.of(), Map.of("80/tcp", List.of(new PortBinding("", bad))), false))
          .isInstanceOf(InvalidParameter.class)
          .hasMessageStartingWith("invalid port specification: ");
    }
  }

  @Test
  void runsOfPortsAreOneMapping() {
    List<PublishedPort> ports = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ports.add(new PublishedPort("tcp", "", 8080 + i, 80 + i));
    }
    ports.add(new PublishedPort("tcp", "", 9000, 90));
    ports.add(new PublishedPort("tcp", "::1", 9001, 91));
    var request = NetavarkRequest.of("c", "c", List.of(), ports, id -> network("10.9.9.1/29"));
    assertThat(request.get("port_mappings")).hasSize(2);
    assertThat(request.get("port_mappings").get(0).get("range").asInt()).isEqualTo(3);
  }
}
