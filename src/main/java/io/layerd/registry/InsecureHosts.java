package io.layerd.registry;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which registries may be reached without a verified certificate or over plain HTTP: those named in
 * the settings, and those whose address lies in a listed block. Loopback always may.
 */
final class InsecureHosts {
  private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1/128");

  private InsecureHosts() {}

  static boolean contains(List<String> configured, String domain) {
    if (configured.contains(domain)) {
      return true;
    }
    List<Cidr> blocks =
        Stream.concat(LOOPBACK.stream(), configured.stream())
            .filter(Cidr::isBlock)
            .map(Cidr::parse)
            .toList();
    int colon = domain.lastIndexOf(':');
    String host = colon < 0 || domain.endsWith("]") ? domain : domain.substring(0, colon);
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (blocks.stream().anyMatch(block -> block.contains(address))) {
          return true;
        }
      }
    } catch (UnknownHostException e) {
      return false; // the request itself will say so
    }
    return false;
  }
}
