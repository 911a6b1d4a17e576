package io.layerd.daemon;

import io.layerd.error.InvalidParameter;
import java.nio.file.Path;

/** Where the API is served, one per {@code -H}. */
sealed interface HostAddress {
  /** Where dockerd listens if nobody says otherwise. */
  String DEFAULT = "unix:///var/run/docker.sock";

  /** Where it listens if TLS is asked for and nothing else. */
  String DEFAULT_TLS = "tcp://localhost:2376";

  record Unix(Path path) implements HostAddress {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  record Tcp(String host, int port) implements HostAddress {
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Sockets that systemd passes on.
   *
   * @param selector which of them, as {@link ActivatedSockets#take} reads it
   */
  record Activated(String selector) implements HostAddress {
    @Override
    public String toString() {
      return "fd://" + selector;
    }
  }

  /**
   * Reads {@code unix:///path}, {@code tcp://host:port}, {@code fd://} or a bare {@code host:port}.
   *
   * @throws InvalidParameter in dockerd's words
   */
  static HostAddress parse(String text) {
    String trimmed = text.isBlank() ? DEFAULT : text.trim();
    int scheme = trimmed.indexOf("://");
    String proto = scheme < 0 ? "tcp" : trimmed.substring(0, scheme);
    String rest = scheme < 0 ? trimmed : trimmed.substring(scheme + 3);
    return switch (proto) {
      case "unix" -> unix(text, rest);
      case "tcp" -> tcp(text, rest);
      case "fd" -> new Activated(rest);
      default ->
          throw new InvalidParameter(
              "invalid bind address (" + text + "): unsupported proto '" + proto + "'");
    };
  }

  private static HostAddress unix(String text, String rest) {
    if (rest.contains("://")) {
      throw new InvalidParameter(
          "invalid bind address (" + text + "): invalid unix address: " + rest);
    }
    return new Unix(Path.of(rest.isEmpty() ? "/var/run/docker.sock" : rest));
  }

  /** As dockerd, whose port stays 2375 with TLS too, and which drops what else a URL may have. */
  private static HostAddress tcp(String text, String rest) {
    String authority = rest.split("[/?#]", 2)[0];
    if (rest.startsWith("/", authority.length())) {
      throw invalid(text, "should not contain a path element");
    }
    String address = authority.substring(authority.lastIndexOf('@') + 1);
    int bracket = address.lastIndexOf(']');
    if (address.startsWith("[") != (bracket >= 0)) {
      throw invalid(text, "parse \"tcp://" + rest + "\": missing ']' in host");
    }
    int colon = address.indexOf(':', bracket + 1) < 0 ? -1 : address.lastIndexOf(':');
    String host = colon < 0 ? address : address.substring(0, colon);
    if (bracket >= 0) {
      host = address.substring(1, bracket);
    } else if (host.contains(":") && !IpLiteral.valid(host)) {
      throw invalid(text, "an IPv6 address stands in brackets: [address]:port");
    }
    String port = colon < 0 ? "" : address.substring(colon + 1);
    return new Tcp(host.isEmpty() ? "localhost" : host, port(text, rest, port));
  }

  private static int port(String text, String rest, String port) {
    if (port.isEmpty()) {
      return 2375;
    }
    if (!port.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
      throw invalid(
          text, "parse \"tcp://" + rest + "\": invalid port \":" + port + "\" after host");
    }
    // whether the port exists turns out when it is listened on
    int value = port.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(port);
    if (value == 0) {
      throw invalid(text, "invalid port: " + port);
    }
    return value;
  }

  private static InvalidParameter invalid(String text, String reason) {
    return new InvalidParameter("invalid bind address (" + text + "): " + reason);
  }
}
