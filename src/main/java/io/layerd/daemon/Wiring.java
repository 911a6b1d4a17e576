package io.layerd.daemon;

import io.layerd.archive.Compression;
import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.build.Builder;
import io.layerd.build.Tools;
import io.layerd.buildkit.BuildKit;
import io.layerd.container.Containers;
import io.layerd.engine.Engine;
import io.layerd.engine.Engines;
import io.layerd.engine.worker.Lanes;
import io.layerd.events.EventLog;
import io.layerd.graph.GraphDriver;
import io.layerd.image.ImageService;
import io.layerd.image.ImageServices;
import io.layerd.layer.LayerLimits;
import io.layerd.layer.LayerStore;
import io.layerd.layer.LayerStores;
import io.layerd.network.DefaultPools;
import io.layerd.network.NetworkOptions;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkServices;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.runtime.ContainerDefaults;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.runtime.ContainerRuntimes;
import io.layerd.runtime.ExtraRuntime;
import io.layerd.runtime.RuntimeOptions;
import io.layerd.security.Selinux;
import io.layerd.sys.Sys;
import io.layerd.volume.VolumeStore;
import io.layerd.volume.VolumeStores;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The rooms of the engine, opened in the order in which they need each other, recovered, and put
 * together. Blocks: everything has recovered when {@link #open} returns.
 */
final class Wiring implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Wiring.class);
  private static final int LANES_STOP_SECONDS = 10;

  private final Engines.Parts parts;
  private final Engine engine;
  private final Containers containers;
  private final NetworkService networks;
  private final Lanes lanes;
  private final RegistryOptions registries;
  private final EventLog events;
  private volatile RuntimeOptions runtimes;
  private volatile DaemonConfig config;

  private Wiring(
      Engines.Parts parts,
      Containers containers,
      NetworkService networks,
      Lanes lanes,
      RegistryOptions registries,
      EventLog events,
      RuntimeOptions runtimes,
      DaemonConfig config) {
    this.parts = parts;
    this.engine = Engines.create(parts);
    this.containers = containers;
    this.networks = networks;
    this.lanes = lanes;
    this.registries = registries;
    this.events = events;
    this.runtimes = runtimes;
    this.config = config;
  }

  static Wiring open(DaemonConfig config, Sys host, Vertx vertx) {
    Sys sys = config.ids().on(host);
    StartChecks.check(config);
    EventLog events = new EventLog();
    RegistryOptions registries = new RegistryOptions(registries(config));
    LayerLimits limits = StorageDriver.limits(config);
    Compression.limitRatio(limits.maxRatio());
    GraphDriver driver = StorageDriver.open(sys, config);
    LayerStore layers =
        LayerStores.open(
            sys,
            config.dataRoot(),
            driver,
            LayerUnpackers.create(sys, limits.unpack()),
            (split, directory) -> TarSplit.assemble(sys, split, directory));
    ImageService images = ImageServices.open(config.dataRoot(), layers, registries, events);
    Selinux selinux = selinux(config);
    RuntimeOptions runtimes =
        runtimes(config, config.engine().containers().read(), selinux.enabled());
    ContainerRuntime runtime = ContainerRuntimes.open(sys, config.execRoot(), runtimes);
    NetworkService networks = NetworkServices.open(networks(config), sys);
    VolumeStore volumes = VolumeStores.open(config.dataRoot(), sys);
    Lanes lanes = join(Lanes.deploy(vertx, Lanes.Sizes.defaults()));
    NetworkEtcFiles etc = new NetworkEtcFiles(networks, config);
    Containers containers =
        Containers.open(
            new Containers.Parts(
                sys,
                config.dataRoot(),
                layers,
                images,
                runtime,
                networks,
                volumes,
                selinux,
                etc,
                config.engine().containers().log(),
                events,
                lanes.container().executor("container exit")));
    containers.recover();
    Tools tools =
        new Tools(
            sys,
            images,
            layers,
            containers.service(),
            Facts.ENGINE_VERSION,
            config.dataRoot().resolve("tmp"),
            config.dataRoot().resolve("builder-cache"),
            config.execRoot().resolve("build-secrets"));
    Builder builder = new Builder(tools);
    Engines.Parts parts =
        new Engines.Parts(
            lanes,
            containers.service(),
            containers.files(),
            images,
            layers,
            networks,
            volumes,
            runtime,
            events,
            builder,
            new BuildKit(
                builder,
                images,
                config.dataRoot().toString(),
                Facts.ENGINE_VERSION,
                etc::gateways));
    return new Wiring(parts, containers, networks, lanes, registries, events, runtimes, config);
  }

  private static Selinux selinux(DaemonConfig config) {
    if (!config.engine().selinux()) {
      return Selinux.off();
    }
    Selinux selinux = Selinux.of(Path.of("/"));
    if (!selinux.enabled()) {
      LOG.warn("SELinux is not active on this host: containers get no labels");
    }
    return selinux;
  }

  private static RuntimeOptions runtimes(
      DaemonConfig config, ContainerDefaults containers, boolean selinux) {
    RuntimeOptions defaults = RuntimeOptions.defaults();
    Path scripts = config.execRoot().resolve("runtimes");
    Map<String, ExtraRuntime> extra = new TreeMap<>();
    config
        .engine()
        .runtimes()
        .forEach((name, choice) -> extra.put(name, choice.program(name, scripts)));
    return new RuntimeOptions(
        config.defaultRuntime(),
        extra,
        config.engine().cgroupParent(),
        config.engine().initPath(),
        containers,
        selinux,
        defaults.searchPath());
  }

  private static NetworkOptions networks(DaemonConfig config) {
    NetworkOptions usual = NetworkOptions.defaults(config.dataRoot(), config.execRoot());
    return (config.engine().pools().isEmpty()
            ? usual
            : usual.withPools(new DefaultPools(config.engine().pools())))
        .withBridge(config.bridge(), config.bip())
        .withMtu(config.mtu())
        .withDns(config.dns())
        .withBridges(config.engine().bridges());
  }

  private static RegistrySettings registries(DaemonConfig config) {
    return RegistrySettings.DEFAULT
        .withInsecureRegistries(config.insecureRegistries())
        .withMirrors(config.registryMirrors().stream().map(URI::create).toList())
        .withDownloads(config.maxConcurrentDownloads(), config.maxDownloadAttempts())
        .withUploads(config.maxConcurrentUploads())
        .withProxies(config.engine().proxies());
  }

  private static <T> T join(io.vertx.core.Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  Engine engine() {
    return engine;
  }

  /** The rooms behind the engine, for those who watch it. */
  Engines.Parts parts() {
    return parts;
  }

  EventLog events() {
    return events;
  }

  /**
   * The runtimes a running daemon is to go on with; changes nothing yet. The seccomp profile stays
   * as it was read at the start.
   */
  RuntimeOptions plan(DaemonConfig config) {
    ContainerDefaults before = runtimes.containers();
    ContainerDefaults now = config.engine().containers().usual();
    return runtimes(
        config, now.withSeccomp(before.seccomp(), before.seccompName()), runtimes.selinux());
  }

  /** Takes over what a running daemon can change. */
  void reload(DaemonConfig config, RuntimeOptions planned) {
    runtimes = planned;
    this.config = config;
    parts.runtime().reload(planned);
    registries.set(registries(config));
    networks.reload();
  }

  /** Whether containers are to go on without a daemon. */
  boolean liveRestore() {
    return config.engine().liveRestore();
  }

  /**
   * Stops the containers, unless they are to go on.
   *
   * @return whether there was any to stop
   */
  boolean stopContainers() {
    return !liveRestore() && containers.stopAll(config.shutdownTimeoutSeconds());
  }

  /** Ends the engine. Containers that run live on without it; a network that none is on goes. */
  @Override
  public void close() {
    containers.close();
    try {
      lanes
          .undeploy()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LANES_STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      // what a lane still does is safe to cut off anywhere
    }
    networks.close();
  }
}
