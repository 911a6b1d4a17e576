package io.layerd.logs;

import java.net.InetSocketAddress;
import java.util.Map;

/**
 * dockerd's options of the {@code fluentd} driver.
 *
 * @param path of a Unix socket; empty for TCP
 * @param async a receiver that cannot be reached does not keep a container from starting
 * @param subSecond times in nanoseconds
 */
record FluentdOptions(String host, int port, String path, boolean async, boolean subSecond) {
  private static final int USUAL_PORT = 24224;

  /**
   * @throws IllegalArgumentException in dockerd's words
   */
  static FluentdOptions of(Map<String, String> options) {
    String address = options.getOrDefault("fluentd-address", "");
    String rest = address;
    String path = "";
    int scheme = address.indexOf("://");
    if (scheme >= 0) {
      rest = address.substring(scheme + 3);
      switch (address.substring(0, scheme)) {
        case "tcp" -> {}
        case "unix" -> {
          path = rest;
          rest = "";
        }
        case "tls" ->
            throw new IllegalArgumentException("layerd does not offer fluentd over TLS yet");
        default ->
            throw new IllegalArgumentException(
                "invalid fluentd-address (%s): unsupported scheme: '%s'"
                    .formatted(address, address.substring(0, scheme)));
      }
    }
    String host = rest;
    int port = USUAL_PORT;
    int colon = rest.lastIndexOf(':');
    if (colon >= 0 && !rest.endsWith("]")) {
      host = rest.substring(0, colon);
      try {
        port = Integer.parseInt(rest.substring(colon + 1));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "invalid fluentd-address (%s): invalid port \"%s\""
                .formatted(address, rest.substring(colon + 1)),
            e);
      }
    }
    for (String number : new String[] {"fluentd-max-retries", "fluentd-buffer-limit"}) {
      if (options.containsKey(number)) {
        ByteSize.memory(options.getOrDefault(number, ""));
      }
    }
    return new FluentdOptions(
        host.isEmpty() ? "127.0.0.1" : host.replaceAll("[\\[\\]]", ""),
        port,
        path,
        flag(options, "fluentd-async") || flag(options, "fluentd-async-connect"),
        flag(options, "fluentd-sub-second-precision"));
  }

  private static boolean flag(Map<String, String> options, String name) {
    String value = options.get(name);
    return value != null && !value.isEmpty() && GoNumber.bool(value);
  }

  InetSocketAddress address() {
    return InetSocketAddress.createUnresolved(host, port);
  }
}
