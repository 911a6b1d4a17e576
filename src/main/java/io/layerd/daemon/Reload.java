package io.layerd.daemon;

import io.layerd.api.Backend;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logmanager.Level;

/**
 * Reads the configuration file again and takes over what a running daemon can change: debugging,
 * labels, registries, downloads. A file that makes no sense changes nothing.
 */
final class Reload implements Runnable {
  private static final Logger LOG = Logger.getLogger("layerd");

  private final DaemonFlags flags;
  private final Wiring wiring;
  private final Backend backend;
  private final Facts facts;

  Reload(DaemonFlags flags, Wiring wiring, Backend backend, Facts facts) {
    this.flags = flags;
    this.wiring = wiring;
    this.backend = backend;
    this.facts = facts;
  }

  @Override
  public void run() {
    try {
      LOG.info("Got signal to reload configuration");
      DaemonConfig config = ConfigMerge.load(flags);
      wiring.reload(config);
      backend.ready(wiring.engine(), facts.with(config));
      for (String category : new String[] {"layerd", "io.layerd"}) {
        org.jboss.logmanager.Logger.getLogger(category)
            .setLevel(config.debug() ? Level.DEBUG : Level.INFO);
      }
      wiring.events().publish("daemon", "reload", facts.id(), Map.of("name", hostName()));
    } catch (StartupFailure e) {
      LOG.error(e.sentence());
    }
  }

  private static String hostName() {
    String name = System.getenv("HOSTNAME");
    return name == null ? "" : name;
  }
}
