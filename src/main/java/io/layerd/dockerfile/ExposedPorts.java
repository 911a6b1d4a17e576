package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The words of {@code EXPOSE}: {@code [[address:]host:]port[-port][/protocol]}. */
final class ExposedPorts {
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private ExposedPorts() {}

  private record Range(int first, int last) {
    int size() {
      return last - first + 1;
    }
  }

  /** {@code 80/tcp} for each port that a word names. */
  static List<String> of(String word) {
    String[] halves = word.split("/", -1);
    String protocol = halves.length < 2 || halves[1].isEmpty() ? "tcp" : halves[1];
    String address = halves[0];
    int colon = address.lastIndexOf(':');
    String ports = address.substring(colon + 1);
    if (ports.isEmpty()) {
      throw new InvalidParameter("No port specified: " + word + "<empty>");
    }
    Range range = range(ports);
    if (range == null) {
      throw new InvalidParameter("Invalid containerPort: " + ports);
    }
    if (colon >= 0) {
      checkHost(address.substring(0, colon), ports, range);
    }
    String known = protocol.toLowerCase(Locale.ROOT);
    if (!PROTOCOLS.contains(known)) {
      throw new InvalidParameter("Invalid proto: " + protocol);
    }
    List<String> found = new ArrayList<>();
    for (int port = range.first(); port <= range.last(); port++) {
      found.add(port + "/" + known);
    }
    return found;
  }

  private static void checkHost(String text, String ports, Range range) {
    int colon = text.lastIndexOf(':');
    String address = colon < 0 ? "" : text.substring(0, colon);
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    if (!address.isEmpty()
        && !IPV4.matcher(address).matches()
        && !IPV6.matcher(address).matches()) {
      throw new InvalidParameter("Invalid ip address: " + address);
    }
    String hostPorts = text.substring(colon + 1);
    if (hostPorts.isEmpty()) {
      return;
    }
    Range host = range(hostPorts);
    if (host == null) {
      throw new InvalidParameter("Invalid hostPort: " + hostPorts);
    }
    if (host.size() != range.size() && range.size() != 1) {
      throw new InvalidParameter(
          "Invalid ranges specified for container and host Ports: " + ports + " and " + hostPorts);
    }
  }

  private static @Nullable Range range(String text) {
    int dash = text.indexOf('-');
    int first = port(dash < 0 ? text : text.substring(0, dash));
    int last = dash < 0 ? first : port(text.substring(dash + 1));
    return first < 0 || last < first ? null : new Range(first, last);
  }

  private static int port(String text) {
    if (!text.matches("[0-9]{1,6}")) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port > 65535 ? -1 : port;
  }
}
