package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where {@code -H} leads; every case was put to a real dockerd. */
class HostAddressTest {
  @ParameterizedTest
  @CsvSource({
    "tcp://,localhost:2375",
    "tcp://:,localhost:2375",
    ":2375,localhost:2375",
    "127.0.0.1,127.0.0.1:2375",
    "127.0.0.1:99,127.0.0.1:99",
    "foo,foo:2375",
    "tcp://h:00080,h:80",
    "tcp://[::1],[::1]:2375",
    "[::1]:99,[::1]:99",
    "tcp://::1:99,[::1]:99",
    "tcp://user@h:1?x=y#z,h:1",
    "' tcp://h:1 ',h:1",
    "tcp://1.2.3.4:99999,1.2.3.4:99999"
  })
  void tcp(String text, String address) {
    assertThat(HostAddress.parse(text)).isInstanceOf(HostAddress.Tcp.class).hasToString(address);
  }

  @ParameterizedTest
  @CsvSource({
    "unix://,/var/run/docker.sock",
    "'',/var/run/docker.sock",
    "unix:///a/b,/a/b",
    "unix://a/b,a/b"
  })
  void unix(String text, Path path) {
    assertThat(HostAddress.parse(text)).isEqualTo(new HostAddress.Unix(path));
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://h:0,invalid port: 0",
    "http://h,unsupported proto 'http'",
    "TCP://h,unsupported proto 'TCP'",
    "://,unsupported proto ''",
    "unix:///a://b,invalid unix address: /a://b",
    "tcp://h:1/,should not contain a path element",
    "tcp://h:1/p,should not contain a path element",
    "/var/run/x,should not contain a path element",
    "tcp://h:abc,'parse \"tcp://h:abc\": invalid port \":abc\" after host'",
    "tcp://h:-1,'parse \"tcp://h:-1\": invalid port \":-1\" after host'",
    "unix:rel,'parse \"tcp://unix:rel\": invalid port \":rel\" after host'",
    "tcp://[::1,'parse \"tcp://[::1\": missing '']'' in host'",
    "::1,an IPv6 address stands in brackets: [address]:port"
  })
  void whatIsNoAddressIsRefused(String text, String reason) {
    assertThatThrownBy(() -> HostAddress.parse(text))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid bind address (" + text + "): " + reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "[::1]", "localhost"})
  void whatOnlyThisMachineReaches(String host) throws UnknownHostException {
    assertThat(lookup(host).loopback()).isTrue();
  }

  @Test
  void namesAreLookedUpAndIpv4IsPreferred() throws IOException {
    assertThat(lookup("localhost").endpoint()).hasToString("127.0.0.1:2375");
    assertThat(lookup("10.0.0.1").loopback()).isFalse();
    assertThat(lookup("[::1]").endpoint()).hasToString("[::1]:2375");
    assertThatThrownBy(() -> lookup("no-such-host.invalid"))
        .isInstanceOf(UnknownHostException.class);
  }

  private static HostLookup lookup(String host) throws UnknownHostException {
    return HostLookup.of((HostAddress.Tcp) HostAddress.parse(host));
  }
}
