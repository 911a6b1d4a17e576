package io.layerd.logs;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * dockerd's options of the {@code gelf} driver. How often a connection is tried again is taken and
 * has no effect: what was not sent waits, however long.
 *
 * @param tcp a stream, else datagrams
 * @param level 1 to 9; 0 for none, -1 for the algorithm's own choice
 */
record GelfOptions(boolean tcp, String host, int port, Compression compression, int level) {
  private static final int BEST_SPEED = 1;
  private static final int BEST_COMPRESSION = 9;

  enum Compression {
    GZIP,
    ZLIB,
    NONE
  }

  /**
   * @throws IllegalArgumentException in dockerd's words
   */
  static GelfOptions of(Map<String, String> options) {
    String address = options.getOrDefault("gelf-address", "");
    if (address.isEmpty()) {
      throw new IllegalArgumentException("gelf-address is a required parameter");
    }
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("parse \"" + address + "\": " + e.getReason(), e);
    }
    if (!List.of("tcp", "udp").contains(String.valueOf(uri.getScheme()))) {
      throw new IllegalArgumentException("gelf: endpoint needs to be TCP or UDP");
    }
    String authority = uri.getAuthority() == null ? "" : uri.getAuthority();
    if (!authority.matches(".*:\\d{1,5}")) {
      throw new IllegalArgumentException("gelf: please provide gelf-address as proto://host:port");
    }
    boolean tcp = "tcp".equals(uri.getScheme());
    new TreeMap<>(options).forEach((name, value) -> check(name, value, tcp));
    int colon = authority.lastIndexOf(':');
    return new GelfOptions(
        tcp,
        authority.substring(0, colon).replaceAll("[\\[\\]]", ""),
        Integer.parseInt(authority.substring(colon + 1)),
        compression(options.getOrDefault("gelf-compression-type", "gzip")),
        Integer.parseInt(
            options.getOrDefault("gelf-compression-level", String.valueOf(BEST_SPEED))));
  }

  private static void check(String name, String value, boolean tcp) {
    switch (name) {
      case "gelf-compression-type", "gelf-compression-level" -> {
        if (tcp) {
          throw new IllegalArgumentException("compression is only supported on UDP");
        }
        boolean good =
            name.endsWith("type")
                ? List.of("gzip", "zlib", "none").contains(value)
                : number(value) >= -1 && number(value) <= BEST_COMPRESSION;
        if (!good) {
          throw new IllegalArgumentException(
              "unknown value \"%s\" for log opt \"%s\" for gelf log driver".formatted(value, name));
        }
      }
      case "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay" -> {
        if (!tcp) {
          throw new IllegalArgumentException("\"" + name + "\" is only valid for TCP");
        }
        if (number(value) < 0) {
          throw new IllegalArgumentException("\"" + name + "\" must be a positive integer");
        }
      }
      default -> {}
    }
  }

  /** Far below all that is allowed for what is no number. */
  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return Integer.MIN_VALUE;
    }
  }

  private static Compression compression(String word) {
    return switch (word) {
      case "zlib" -> Compression.ZLIB;
      case "none" -> Compression.NONE;
      default -> Compression.GZIP;
    };
  }

  InetSocketAddress address() {
    return InetSocketAddress.createUnresolved(host, port);
  }
}
