package io.layerd.daemon;

import io.layerd.error.InvalidParameter;
import java.nio.file.Path;

/** Where the API is served, one per {@code -H}. */
sealed interface HostAddress {
  /** Where dockerd listens if nobody says otherwise. */
  String DEFAULT = "unix:///var/run/docker.sock";

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

    /** Whether only this machine reaches it. */
    boolean loopback() {
      return host.equals("localhost") || host.startsWith("127.") || host.equals("::1");
    }
  }

  /**
   * Reads {@code unix:///path}, {@code tcp://host:port} or a bare {@code host:port}.
   *
   * @throws InvalidParameter in dockerd's words
   */
  static HostAddress parse(String text) {
    String trimmed = text.trim();
    int scheme = trimmed.indexOf("://");
    String proto = scheme < 0 ? "tcp" : trimmed.substring(0, scheme);
    String rest = scheme < 0 ? trimmed : trimmed.substring(scheme + 3);
    return switch (proto) {
      case "unix" -> unix(text, rest);
      case "tcp" -> tcp(text, rest);
      case "fd" ->
          throw new InvalidParameter(
              "invalid bind address ("
                  + text
                  + "): layerd does not take sockets from systemd; use unix:// instead");
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

  private static HostAddress tcp(String text, String rest) {
    int slash = rest.indexOf('/');
    String hostPort = slash < 0 ? rest : rest.substring(0, slash);
    if (slash >= 0 && slash < rest.length() - 1) {
      throw new InvalidParameter(
          "invalid bind address (" + text + "): should not contain a path element");
    }
    int colon = hostPort.lastIndexOf(':');
    boolean port = colon >= 0 && hostPort.indexOf(']') < colon;
    String host = port ? hostPort.substring(0, colon) : hostPort;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    String number = port ? hostPort.substring(colon + 1) : "";
    try {
      int value = number.isEmpty() ? 2375 : Integer.parseInt(number);
      if (value < 1 || value > 65535) {
        throw new NumberFormatException(number);
      }
      return new Tcp(host.isEmpty() ? "localhost" : host, value);
    } catch (NumberFormatException e) {
      throw new InvalidParameter("invalid bind address (" + text + "): invalid port: " + number, e);
    }
  }
}
