package io.layerd.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginTest {
  private static final String GOOD = "Basic bWU6cHc="; // me:pw

  private final Registry registry = new Registry(new RegistryOptions(RegistrySettings.DEFAULT));
  private HttpServer server;
  private String host;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v2/",
        exchange -> {
          boolean known = GOOD.equals(exchange.getRequestHeaders().getFirst("Authorization"));
          if (!known) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"test\"");
          }
          exchange.sendResponseHeaders(known ? 200 : 401, -1);
          exchange.close();
        });
    server.start();
    host = "127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void goodCredentialsAreTaken() {
    registry.login(host, user("me", "pw"));
    registry.login("http://" + host + "/v2/", user("me", "pw"));
  }

  @Test
  void badOnesAreRefusedInDockersWords() {
    assertThatThrownBy(() -> registry.login(host, user("me", "no")))
        .isInstanceOf(SystemFailure.class)
        .hasMessage(
            "login attempt to http://" + host + "/v2/ failed with status: 401 Unauthorized");
    assertThatThrownBy(() -> registry.login(host, RegistryCredentials.ANONYMOUS))
        .hasMessage("Get \"http://" + host + "/v2/\": no basic auth credentials");
    assertThatThrownBy(() -> registry.login("127.0.0.1:1", user("me", "pw")))
        .hasMessageContaining("connection refused");
  }

  @ParameterizedTest
  @CsvSource({
    "'',docker.io",
    "https://index.docker.io/v1/,docker.io",
    "example.com,example.com",
    "http://example.com:5000/v2/,example.com:5000"
  })
  void serversAreReadGenerously(String server, String domain) {
    assertThat(Login.domain(server)).isEqualTo(domain);
  }

  @Test
  void whatIsNoHostIsRefused() {
    assertThatThrownBy(() -> Login.domain("no such"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessageStartingWith("unable to parse server address: ");
  }

  private static RegistryCredentials user(String name, String password) {
    return new RegistryCredentials(name, password, null, null);
  }
}
