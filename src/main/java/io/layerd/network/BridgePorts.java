package io.layerd.network;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jboss.logging.Logger;

/** The interfaces on a bridge, as /sys shows them. */
final class BridgePorts {
  private static final Logger LOG = Logger.getLogger(BridgePorts.class);

  private BridgePorts() {}

  static Set<Path> of(String bridge) {
    Path directory = Path.of("/sys/class/net", bridge, "brif");
    Set<Path> ports = new HashSet<>();
    if (Files.isDirectory(directory)) {
      try (var names = Files.newDirectoryStream(directory)) {
        names.forEach(ports::add);
      } catch (IOException | DirectoryIteratorException e) {
        LOG.debugf("ports of %s: %s", bridge, e.getMessage());
      }
    }
    return ports;
  }

  /**
   * Lets frames leave by the port they came in by: where br_netfilter is on, a container reaches
   * its own published port that way.
   */
  static void hairpin(Path port) {
    try {
      Files.writeString(port.resolve("hairpin_mode"), "1");
    } catch (IOException e) {
      LOG.debugf("no hairpin on %s: %s", port, e.getMessage());
    }
  }
}
