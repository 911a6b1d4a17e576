package io.layerd.network;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.PortBinding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A container port that is to be published.
 *
 * @param hostIp empty for every address of the host
 * @param firstHostPort 0 for any free port
 * @param lastHostPort end of the range to choose from, the same as the first for one port
 */
record PortWish(
    String protocol, int containerPort, String hostIp, int firstHostPort, int lastHostPort) {

  /** What a request asks for, in a fixed order. */
  static List<PortWish> of(
      Set<String> exposed, Map<String, List<PortBinding>> bindings, boolean publishAll) {
    Map<String, List<PortBinding>> all = new TreeMap<>(bindings);
    if (publishAll) {
      for (String port : exposed) {
        all.computeIfAbsent(withProtocol(port), key -> List.of(new PortBinding("", "")));
      }
    }
    List<PortWish> wishes = new ArrayList<>();
    all.forEach(
        (port, hosts) -> {
          for (PortBinding host :
              hosts == null || hosts.isEmpty() ? List.of(new PortBinding("", "")) : hosts) {
            wishes.add(one(withProtocol(port), host));
          }
        });
    joinFamilies(wishes);
    wishes.sort(Comparator.comparing(PortWish::protocol).thenComparingInt(PortWish::containerPort));
    return wishes;
  }

  /** {@code 80} is {@code 80/tcp}. */
  static String withProtocol(String port) {
    return port.indexOf('/') < 0 ? port + "/tcp" : port;
  }

  /** The same port on 0.0.0.0 and on :: is one wish, since one socket holds both. */
  private static void joinFamilies(List<PortWish> wishes) {
    for (PortWish wish : List.copyOf(wishes)) {
      if (wish.hostIp().equals("0.0.0.0") && wishes.remove(wish.on("::"))) {
        wishes.set(wishes.indexOf(wish), wish.on(""));
      }
    }
  }

  PortWish on(String ip) {
    return new PortWish(protocol, containerPort, ip, firstHostPort, lastHostPort);
  }

  private static PortWish one(String port, PortBinding host) {
    int slash = port.indexOf('/');
    String protocol = port.substring(slash + 1);
    if (!Set.of("tcp", "udp", "sctp").contains(protocol)) {
      throw new InvalidParameter("invalid port specification: \"" + port + "\"");
    }
    int containerPort = number(port.substring(0, slash));
    String range = host.hostPort();
    if (range.isEmpty()) {
      return new PortWish(protocol, containerPort, host.hostIp(), 0, 0);
    }
    int dash = range.indexOf('-');
    int first = number(dash < 0 ? range : range.substring(0, dash));
    int last = dash < 0 ? first : number(range.substring(dash + 1));
    if (last < first) {
      throw new InvalidParameter("invalid port specification: \"" + range + "\"");
    }
    return new PortWish(protocol, containerPort, host.hostIp(), first, last);
  }

  private static int number(String text) {
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return Integer.parseInt(text);
    }
    throw new InvalidParameter("invalid port specification: \"" + text + "\"");
  }
}
