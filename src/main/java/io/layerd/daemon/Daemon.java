package io.layerd.daemon;

import io.layerd.api.ApiFront;
import io.layerd.api.Backend;
import io.layerd.api.Ping;
import io.layerd.api.RefusedRoutes;
import io.layerd.api.RequestTimes;
import io.layerd.api.stream.StreamRoutes;
import io.layerd.daemon.health.DaemonHealth;
import io.layerd.daemon.health.StorageHome;
import io.layerd.daemon.tls.ServerTls;
import io.layerd.engine.Engines;
import io.layerd.error.EngineException;
import io.layerd.metrics.EngineMetrics;
import io.layerd.sys.Sys;
import io.quarkus.runtime.QuarkusApplication;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.logging.LogManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The life of the daemon: take what must be its alone, recover, serve, give everything back.
 * Containers are stopped before that, unless they are to live on.
 */
public class Daemon implements QuarkusApplication {
  private static final Logger LOG = Logger.getLogger("layerd");

  /** Those who wait for a container or are attached to it hear of its end. */
  private static final int LAST_WORDS_MILLIS = 500;

  private static volatile @Nullable DaemonFlags given;
  private static volatile @Nullable DaemonConfig configured;
  private static volatile @Nullable ServerTls secured;

  private final Vertx vertx;
  private final Router router;
  private final Backend backend;
  private final DaemonHealth health;

  Daemon(Vertx vertx, Router router, Backend backend, DaemonHealth health) {
    this.vertx = vertx;
    this.router = router;
    this.backend = backend;
    this.health = health;
  }

  /** Quarkus makes the instance, so what {@link Main} found out waits here. */
  static void configure(DaemonFlags flags, DaemonConfig config, @Nullable ServerTls tls) {
    given = flags;
    configured = config;
    secured = tls;
  }

  @Override
  public int run(String... args) throws InterruptedException {
    DaemonFlags flags = given;
    DaemonConfig config = configured;
    if (config == null || flags == null) {
      throw new IllegalStateException("started without a configuration");
    }
    Signals signals = Signals.install();
    LogFormat.install(LogManager.getLogManager().getLogger("").getHandlers(), config.logFormat());
    Sys sys = Sys.host();
    try (PidFile _ = PidFile.take(config.pidfile());
        DataRoot _ = DataRoot.take(sys, config.dataRoot());
        ServiceManager manager = ServiceManager.of(vertx, System.getenv(), sys.getpid())) {
      serve(flags, config, sys, signals, manager);
      return 0;
    } catch (StartupFailure e) {
      LOG.debug("start", e);
      System.err.println(
          e.sentence().startsWith(Listeners.FAILED)
              ? e.sentence()
              : "failed to start daemon: " + e.sentence());
      return 1;
    } catch (EngineException e) {
      LOG.debug("start", e);
      System.err.println("failed to start daemon: " + e.getMessage());
      return 1;
    }
  }

  private void serve(
      DaemonFlags flags, DaemonConfig config, Sys sys, Signals signals, ServiceManager manager)
      throws InterruptedException {
    LOG.info("Starting up");
    manager.starting();
    config.warnings().forEach(LOG::warn);
    if (!TcpWarnings.say(config, signals::awaitStop)) {
      return;
    }
    Gate gate = new Gate();
    try (ServerTls tls = TlsChoice.open(secured);
        Listeners listeners = new Listeners(vertx, sys, gate, tls)) {
      listeners.bind(config.hosts(), config.group());
      serve(flags, config, sys, signals, new Front(gate, listeners, tls, manager));
    }
    LOG.info("Daemon shutdown complete");
  }

  /** What others meet: sockets that are bound, the gate that clients wait at, systemd's ear. */
  private record Front(
      Gate gate, Listeners listeners, @Nullable ServerTls tls, ServiceManager manager) {}

  private void serve(DaemonFlags flags, DaemonConfig config, Sys sys, Signals signals, Front front)
      throws InterruptedException {
    try (OpenPages _ = OpenPages.serve(config, vertx, router);
        Access access = Access.open(config.access(), vertx);
        Wiring wiring = Wiring.open(config, sys, vertx)) {
      Facts facts = Facts.of(sys, config.dataRoot(), front.tls());
      backend.ready(wiring.engine(), facts.with(config));
      EngineGauges.add(EngineMetrics.ALL, wiring.parts(), facts.with(config));
      RequestTimes times = RequestTimes.add(router, EngineMetrics.ALL);
      if (front.tls() != null) {
        TlsGauges.add(EngineMetrics.ALL, front.tls());
      }
      StreamRoutes.add(router, wiring.engine(), facts.with(config));
      RefusedRoutes.add(router, config.engine().experimental());
      TcpWarnings.ofInfo(config).forEach(LOG::warn);
      LOG.info("Daemon has completed initialization");
      front
          .gate()
          .open(
              new ApiFront(
                  new Ping(router, times), facts.with(config), access.admission(wiring.engine())));
      front.listeners().announce();
      health.recovered(subjects(config, wiring.parts()));
      Reload reload = new Reload(flags, config, wiring, backend, facts, access);
      signals.onReload(() -> front.manager().reloading(reload));
      front.manager().ready();
      try (IdleMemory _ = IdleMemory.watch()) {
        signals.awaitStop();
      }
      front.manager().stopping(wiring.liveRestore());
      front.listeners().hide();
      front.gate().shut();
      if (wiring.stopContainers()) {
        Thread.sleep(LAST_WORDS_MILLIS);
      }
      front.listeners().close();
    }
  }

  private static DaemonHealth.Subjects subjects(DaemonConfig config, Engines.Parts parts) {
    String driver = parts.layers().driverName();
    return new DaemonHealth.Subjects(
        config.dataRoot(),
        StorageHome.of(driver, config.dataRoot().resolve(driver)),
        parts.runtime());
  }
}
