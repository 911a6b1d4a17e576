package io.layerd.container;

import java.util.List;
import java.util.Map;

/** Contents of the files under /etc that the daemon keeps for a container. */
public interface EtcFiles {
  /**
   * {@code /etc/hosts}.
   *
   * @param names the container's own addresses to its names, in order; empty without a network
   * @param extra {@code name:address} as given with --add-host
   */
  String hosts(Map<String, String> names, List<String> extra, boolean hostNetwork);

  /** {@code /etc/resolv.conf}; lists are what was asked for, empty for the host's own. */
  String resolvConf(
      List<String> servers, List<String> search, List<String> options, boolean hostNetwork);

  /** The same for a container whose questions layerd answers; the servers are asked behind it. */
  String resolverConf(List<String> servers, List<String> search, List<String> options);
}
