package io.layerd.daemon;

import io.layerd.api.Backend;
import io.layerd.error.EngineException;
import io.layerd.runtime.RuntimeInfo;
import io.layerd.runtime.RuntimeOptions;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Reads the configuration file again and takes over what a running daemon can change. A file that
 * makes no sense, and one that the daemon would not start with, changes nothing: whatever may fail
 * comes before the first change.
 */
final class Reload implements Runnable {
  private static final Logger LOG = Logger.getLogger("layerd");

  private final DaemonFlags flags;
  private final Wiring wiring;
  private final Backend backend;
  private final Facts facts;
  private final Access access;
  private DaemonConfig running;

  Reload(
      DaemonFlags flags,
      DaemonConfig running,
      Wiring wiring,
      Backend backend,
      Facts facts,
      Access access) {
    this.flags = flags;
    this.running = running;
    this.wiring = wiring;
    this.backend = backend;
    this.facts = facts;
    this.access = access;
  }

  /** Signals come one after the other, on a thread each. */
  @Override
  public synchronized void run() {
    say(
        Logger.Level.INFO,
        "Got signal to reload configuration",
        "config-file",
        String.valueOf(ConfigMerge.path(flags)));
    try {
      DaemonConfig config =
          ConfigMerge.reread(flags, running).remapped(running.dataRoot(), running.ids());
      StartChecks.check(config);
      if (facts.tls() != null) {
        config.tls().check();
      }
      RuntimeOptions runtimes = wiring.plan(config);
      access.reload(config.access());
      apply(config, runtimes);
    } catch (StartupFailure e) {
      say(Logger.Level.ERROR, "Error reloading configuration", "error", e.sentence());
    } catch (EngineException e) {
      say(
          Logger.Level.ERROR,
          "Error reloading configuration",
          "error",
          String.valueOf(e.getMessage()));
    }
  }

  private void apply(DaemonConfig config, RuntimeOptions runtimes) {
    wiring.reload(config, runtimes);
    if (facts.tls() != null && config.tls().files() != null) {
      facts.tls().reload(config.tls().files());
    }
    backend.ready(wiring.engine(), facts.with(config));
    LogLevels.change(config);
    running = config;
    RuntimeInfo runtime = wiring.parts().runtime().info();
    Map<String, String> now =
        ReloadEvent.attributes(config, runtime.defaultRuntime(), runtime.cgroupVersion());
    wiring.events().publish("daemon", "reload", facts.id(), now);
    LOG.info("Reloaded configuration");
  }

  private static void say(Logger.Level level, String sentence, String name, String value) {
    MDC.put(name, value);
    try {
      LOG.log(level, sentence);
    } finally {
      MDC.remove(name);
    }
  }
}
