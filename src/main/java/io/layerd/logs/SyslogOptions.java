package io.layerd.logs;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;

/**
 * dockerd's options of the {@code syslog} driver.
 *
 * @param scheme {@code udp}, {@code tcp}, {@code unix}, {@code unixgram}; empty for this host's own
 * @param target {@code host:port} or a path
 */
record SyslogOptions(String scheme, String target, int facility, Format format) {
  private static final String DEFAULT_PORT = ":514";
  private static final int LOCAL0 = 16;
  private static final List<String> FACILITIES =
      List.of(
          "kern",
          "user",
          "mail",
          "daemon",
          "auth",
          "syslog",
          "lpr",
          "news",
          "uucp",
          "cron",
          "authpriv",
          "ftp");

  enum Format {
    UNIX,
    RFC3164,
    RFC5424,
    RFC5424_MICRO
  }

  /**
   * @throws IllegalArgumentException in dockerd's words
   */
  static SyslogOptions of(Map<String, String> options) {
    String address = options.getOrDefault("syslog-address", "");
    String scheme = "";
    String target = "";
    if (!address.isEmpty()) {
      URI uri;
      try {
        uri = new URI(address);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException("parse \"" + address + "\": " + e.getReason(), e);
      }
      scheme = uri.getScheme() == null ? "" : uri.getScheme();
      switch (scheme) {
        case "unix", "unixgram" -> target = uri.getPath();
        case "udp", "tcp" -> {
          target = uri.getAuthority() == null ? "" : uri.getAuthority();
          if (!target.matches(".*:\\d+")) {
            target += DEFAULT_PORT;
          }
        }
        case "tcp+tls" ->
            throw new IllegalArgumentException("layerd does not offer syslog over TLS yet");
        default -> throw new IllegalArgumentException("unsupported scheme: '" + scheme + "'");
      }
    }
    return new SyslogOptions(
        scheme,
        target,
        facility(options.getOrDefault("syslog-facility", "daemon")),
        format(options.getOrDefault("syslog-format", "")));
  }

  private static int facility(String name) {
    int number = FACILITIES.indexOf(name);
    if (number >= 0) {
      return number;
    }
    if (name.matches("local[0-7]")) {
      return LOCAL0 + name.charAt(name.length() - 1) - '0';
    }
    if (name.matches("\\d{1,2}") && Integer.parseInt(name) <= LOCAL0 + 7) {
      return Integer.parseInt(name);
    }
    throw new IllegalArgumentException("invalid syslog facility");
  }

  private static Format format(String name) {
    return switch (name) {
      case "" -> Format.UNIX;
      case "rfc3164" -> Format.RFC3164;
      case "rfc5424" -> Format.RFC5424;
      case "rfc5424micro" -> Format.RFC5424_MICRO;
      default -> throw new IllegalArgumentException("Invalid syslog format");
    };
  }

  InetSocketAddress address() {
    int colon = target.lastIndexOf(':');
    return InetSocketAddress.createUnresolved(
        target.substring(0, colon).replaceAll("[\\[\\]]", ""),
        Integer.parseInt(target.substring(colon + 1)));
  }
}
