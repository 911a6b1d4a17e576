package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.GoNumbers;

/**
 * A port or a range of ports with its protocol: {@code 80}, {@code 80/tcp}, {@code 8000-8010/udp}.
 */
record PortRange(int first, int last, String protocol) {
  private static final int MOST = 65535;

  static PortRange parse(String text) {
    int slash = text.indexOf('/');
    String ports = slash < 0 ? text : text.substring(0, slash);
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
    int dash = ports.indexOf('-');
    int first = port(dash < 0 ? ports : ports.substring(0, dash), ports);
    int last = dash < 0 ? first : port(ports.substring(dash + 1), ports);
    if (last < first) {
      throw new InvalidParameter("invalid port specification: \"" + ports + "\"");
    }
    return new PortRange(first, last, protocol);
  }

  /**
   * What a filter asks for.
   *
   * @throws InvalidParameter in the words of Go's parser
   */
  static PortRange wanted(String text) {
    int slash = text.indexOf('/');
    String ports = slash < 0 ? text : text.substring(0, slash);
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
    if (ports.isEmpty()) {
      throw new InvalidParameter("Empty string specified for ports.");
    }
    String[] ends = ports.split("-", -1);
    int first = GoNumbers.unsigned(ends[0], MOST);
    int last = ends.length == 1 ? first : GoNumbers.unsigned(ends[1], MOST);
    if (last < first) {
      throw new InvalidParameter("Invalid range specified for the Port: " + ports);
    }
    return new PortRange(first, last, protocol);
  }

  /** A host port may be empty, a port or a range. */
  static void checkHostPort(String text) {
    if (!text.isEmpty()) {
      parse(text);
    }
  }

  private static int port(String text, String whole) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= MOST && !text.startsWith("+")) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw new InvalidParameter("invalid port specification: \"" + whole + "\"", e);
    }
    throw new InvalidParameter("invalid port specification: \"" + whole + "\"");
  }

  boolean contains(PortRange other) {
    return protocol.equals(other.protocol) && first <= other.first && other.last <= last;
  }
}
