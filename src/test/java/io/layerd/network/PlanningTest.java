package io.layerd.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Forbidden;
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
  private static NetworkRecord network(NetworkPool... pools) {
    return new NetworkRecord(
        "f".repeat(64),
        "n",
        "bridge",
        "2026-01-01T00:00:00Z",
        "ldt9",
        true,
        true,
        false,
        false,
        false,
        "",
        "default",
        null,
        List.of(pools),
        Map.of(),
        Map.of());
  }

  private static NetworkPool pool(String subnet, String range, String gateway) {
    return new NetworkPool(
        subnet, range.isEmpty() ? null : range, gateway, true, Map.of("kept", "10.9.9.4"), true);
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
  void addressesOfBothFamilies() {
    for (String text :
        List.of("::", "::1", "fd00::", "fd00:18:1::2", "1:2:3:4:5:6:7:8", "fe80::1:0:0:1")) {
      assertThat(Ip.parse(text).text()).isEqualTo(text);
    }
    assertThat(Ip.parse("FD00:0:0:0::1").text()).isEqualTo("fd00::1");
    assertThat(Ip.parse("1:0:0:2:0:0:0:3").text()).isEqualTo("1:0:0:2::3");
    assertThat(Ip.parse("1:0:2:3:4:5:6:7").text()).isEqualTo("1:0:2:3:4:5:6:7");
    for (String bad :
        List.of("", "1.2.3", "1.2.3.4.5", "256.1.1.1", "abc", "::g", "localhost", "1")) {
      assertThat(Ip.find(bad)).as(bad).isNull();
    }
    Cidr six = Cidr.parse("fd00:1::/64");
    assertThat(six.first().text()).isEqualTo("fd00:1::1");
    assertThat(six.last().text()).isEqualTo("fd00:1::ffff:ffff:ffff:ffff");
    assertThat(six.overlaps(Cidr.parse("10.0.0.0/8"))).isFalse();
  }

  @Test
  void theFirstPoolTheHostDoesNotUse() {
    DefaultPools pools = DefaultPools.docker();
    assertThat(pools.firstFree(List.of(), false).text()).isEqualTo("172.17.0.0/16");
    assertThat(
            pools
                .firstFree(List.of(Cidr.parse("172.17.5.0/24"), Cidr.parse("172.18.0.0/15")), false)
                .text())
        .isEqualTo("172.20.0.0/16");
    assertThat(pools.firstFree(List.of(Cidr.parse("172.16.0.0/12")), false).text())
        .isEqualTo("192.168.0.0/20");
    assertThat(
            pools
                .firstFree(
                    List.of(Cidr.parse("172.16.0.0/12"), Cidr.parse("192.168.33.0/24")), false)
                .text())
        .isEqualTo("192.168.0.0/20");
    assertThatThrownBy(() -> pools.firstFree(List.of(Cidr.parse("0.0.0.0/0")), false))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("all predefined address pools have been fully subnetted");
    assertThat(HostSubnets.used("nosuch")).contains(Cidr.parse("127.0.0.1/8"));
  }

  @Test
  void poolsOfOnesOwn() {
    DefaultPools pools = new DefaultPools(List.of(new DefaultPools.Entry("10.50.0.0/22", 24)));
    List<Cidr> used = new ArrayList<>();
    for (String subnet : List.of("10.50.0.0/24", "10.50.1.0/24", "10.50.2.0/24", "10.50.3.0/24")) {
      Cidr next = pools.firstFree(used, false);
      assertThat(next.text()).isEqualTo(subnet);
      used.add(next);
    }
    assertThatThrownBy(() -> pools.firstFree(used, false)).isInstanceOf(SystemFailure.class);
    assertThatThrownBy(() -> new DefaultPools.Entry("10.0.0.0/16", 8))
        .isInstanceOf(InvalidParameter.class);
    Cidr six = pools.withIpv6("host").firstFree(List.of(), true);
    assertThat(six.text()).startsWith("fd").endsWith("::/64");
    assertThat(pools.withIpv6("host").firstFree(List.of(six), true).network())
        .isNotEqualTo(six.network());
    assertThat(pools.withIpv6("other").firstFree(List.of(), true)).isNotEqualTo(six);
  }

  @Test
  void addressesAreGivenOnceAndTheLowestFirst() {
    AddressPools pools = new AddressPools();
    NetworkPool pool = pool("10.9.9.0/29", "", "10.9.9.1");
    NetworkRecord network = network(pool);
    Set<String> given = new TreeSet<>();
    for (int i = 0; i < 4; i++) {
      assertThat(given.add(pools.next(network, pool).text())).isTrue();
    }
    assertThat(given).containsExactly("10.9.9.2", "10.9.9.3", "10.9.9.5", "10.9.9.6");
    assertThatThrownBy(() -> pools.next(network, pool))
        .isInstanceOf(SystemFailure.class)
        .hasMessageStartingWith("no available IPv4 addresses on this network's address pools");
    pools.release(network.id(), "10.9.9.5");
    assertThatThrownBy(() -> pools.take(network, pool, Ip.parse("10.9.9.2")))
        .isInstanceOf(Forbidden.class)
        .hasMessage("Address already in use");
    assertThatThrownBy(() -> pools.take(network, pool, Ip.parse("10.9.9.4")))
        .isInstanceOf(Forbidden.class);
    assertThat(pools.take(network, pool, Ip.parse("10.9.9.5")).text()).isEqualTo("10.9.9.5");
    NetworkPool half = pool("10.9.8.0/24", "10.9.8.128/25", "10.9.8.1");
    assertThat(pools.next(network, half).text()).isEqualTo("10.9.8.128");
    NetworkPool six = pool("fd00:9::/64", "", "fd00:9::1");
    assertThat(pools.next(network, six).text()).isEqualTo("fd00:9::2");
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
  void rulesOfANetwork() {
    NetworkRecord network = network(pool("10.9.9.0/24", "", "10.9.9.1"));
    String rules =
        new Ruleset("X", false, List.of(network), _ -> true, List.of())
            .rules().values().stream().flatMap(List::stream).toList().toString();
    assertThat(rules)
        .contains("LAYERD-X-ISO -o ldt9 -j DROP")
        .contains("LAYERD-X-MASQ -s 10.9.9.0/24 ! -o ldt9 -j MASQUERADE")
        .contains("LAYERD-X-FWD ! -i ldt9 -o ldt9 -j DROP");
    assertThat(new Ruleset("X", false, List.of(network), _ -> false, List.of()).isEmpty()).isTrue();
    assertThat(new Ruleset("X", true, List.of(network), _ -> true, List.of()).isEmpty()).isTrue();
  }
}
