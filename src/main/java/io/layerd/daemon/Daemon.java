package io.layerd.daemon;

import io.layerd.api.ApiFront;
import io.layerd.api.Backend;
import io.layerd.api.DaemonFacts;
import io.layerd.api.PingRoute;
import io.layerd.api.RefusedRoutes;
import io.layerd.api.stream.StreamRoutes;
import io.layerd.engine.Engine;
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
  /** The dockerd whose API this is; clients decide by it. */
  static final String ENGINE_VERSION = "28.5.2";

  private static final Logger LOG = Logger.getLogger("layerd");
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
  static void configure(DaemonConfig config) {
    configured = config;
  }

  @Override
  public int run(String... args) throws InterruptedException {
    DaemonConfig config = configured;
    if (config == null) {
      throw new IllegalStateException("started without a configuration");
    }
    StopSignal stop = StopSignal.install();
    LogFormat.install(LogManager.getLogManager().getLogger("").getHandlers());
    try (PidFile _ = PidFile.take(config.pidfile());
        DataRoot _ = DataRoot.take(config.dataRoot())) {
      serve(config, stop);
      return 0;
    } catch (StartupFailure e) {
      System.err.println("failed to start daemon: " + e.sentence());
      return 1;
    } catch (EngineException e) {
      LOG.debug("start", e);
      System.err.println("failed to start daemon: " + e.getMessage());
      return 1;
    }
  }

  private void serve(DaemonConfig config, StopSignal stop) throws InterruptedException {
    LOG.info("Starting up");
    config.warnings().forEach(LOG::warn);
    Sys sys = Sys.host();
    try (Wiring wiring = Wiring.open(config, sys, vertx)) {
      Engine engine = wiring.engine();
      DaemonFacts facts = facts(config);
      backend.ready(engine, facts);
      PingRoute.add(router);
      StreamRoutes.add(router, engine);
      RefusedRoutes.add(router);
      LOG.info("Daemon has completed initialization");
      TcpWarnings.say(config);
      Listeners listeners = new Listeners(vertx, sys, new ApiFront(router, facts));
      listeners.bind(config.hosts(), config.group());
      tell("READY=1");
      stop.await();
      tell("STOPPING=1");
      listeners.close();
    }
    LOG.info("Daemon shutdown complete");
  }

  private void tell(String state) {
    ServiceManager.tell(
        ((VertxInternal) vertx).getEventLoopGroup(), System.getenv("NOTIFY_SOCKET"), state);
  }

  private static DaemonFacts facts(DaemonConfig config) {
    BuildInfo build = BuildInfo.load();
    return new DaemonFacts(
        "layerd",
        build.version(),
        ENGINE_VERSION,
        build.commit(),
        build.time(),
        EngineId.of(config.dataRoot()),
        config.debug(),
        config.dataRoot().toString(),
        config.labels(),
        config.insecureRegistries(),
        config.registryMirrors(),
        config.hosts().stream().anyMatch(HostAddress.Tcp.class::isInstance)
            ? java.util.List.of(
                "WARNING: API is accessible on a TCP address without encryption. Access to the"
                    + " remote API is equivalent to root access on the host.")
            : java.util.List.of());
  }
}
