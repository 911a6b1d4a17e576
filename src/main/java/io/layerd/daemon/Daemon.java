package io.layerd.daemon;

import io.layerd.api.ApiFront;
import io.layerd.api.Backend;
import io.layerd.api.PingRoute;
import io.layerd.api.RefusedRoutes;
import io.layerd.api.stream.StreamRoutes;
import io.layerd.error.EngineException;
import io.layerd.sys.Sys;
import io.quarkus.runtime.QuarkusApplication;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.ext.web.Router;
import java.util.logging.LogManager;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The life of the daemon: take what must be its alone, recover, serve, give everything back. The
 * containers live on.
 */
public class Daemon implements QuarkusApplication {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static volatile @Nullable DaemonFlags given;
  private static volatile @Nullable DaemonConfig configured;

  private final Vertx vertx;
  private final Router router;
  private final Backend backend;

  Daemon(Vertx vertx, Router router, Backend backend) {
    this.vertx = vertx;
    this.router = router;
    this.backend = backend;
  }

  /** Quarkus makes the instance, so what {@link Main} found out waits here. */
  static void configure(DaemonFlags flags, DaemonConfig config) {
    given = flags;
    configured = config;
  }

  @Override
  public int run(String... args) throws InterruptedException {
    DaemonFlags flags = given;
    DaemonConfig config = configured;
    if (config == null || flags == null) {
      throw new IllegalStateException("started without a configuration");
    }
    Signals signals = Signals.install();
    LogFormat.install(LogManager.getLogManager().getLogger("").getHandlers());
    Sys sys = Sys.host();
    try (PidFile _ = PidFile.take(config.pidfile());
        DataRoot _ = DataRoot.take(sys, config.dataRoot())) {
      serve(flags, config, sys, signals);
      return 0;
    } catch (StartupFailure e) {
      LOG.debug("start", e);
      System.err.println("failed to start daemon: " + e.sentence());
      return 1;
    } catch (EngineException e) {
      LOG.debug("start", e);
      System.err.println("failed to start daemon: " + e.getMessage());
      return 1;
    }
  }

  private void serve(DaemonFlags flags, DaemonConfig config, Sys sys, Signals signals)
      throws InterruptedException {
    LOG.info("Starting up");
    config.warnings().forEach(LOG::warn);
    try (Wiring wiring = Wiring.open(config, sys, vertx)) {
      Facts facts = Facts.of(sys, config.dataRoot());
      backend.ready(wiring.engine(), facts.with(config));
      PingRoute.add(router);
      StreamRoutes.add(router, wiring.engine());
      RefusedRoutes.add(router);
      LOG.info("Daemon has completed initialization");
      TcpWarnings.say(config);
      Listeners listeners = new Listeners(vertx, sys, new ApiFront(router, facts.with(config)));
      listeners.bind(config.hosts(), config.group());
      signals.onReload(new Reload(flags, wiring, backend, facts));
      tell("READY=1");
      signals.awaitStop();
      tell("STOPPING=1");
      listeners.close();
    }
    LOG.info("Daemon shutdown complete");
  }

  private void tell(String state) {
    ServiceManager.tell(
        ((VertxInternal) vertx).getEventLoopGroup(), System.getenv("NOTIFY_SOCKET"), state);
  }
}
