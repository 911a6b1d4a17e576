package io.layerd.daemon;

import io.layerd.archive.LayerUnpackers;
import io.layerd.archive.TarSplit;
import io.layerd.container.Containers;
import io.layerd.engine.Engine;
import io.layerd.engine.Engines;
import io.layerd.engine.worker.Lanes;
import io.layerd.events.EventLog;
import io.layerd.graph.GraphDriver;
import io.layerd.image.ImageService;
import io.layerd.image.ImageServices;
import io.layerd.layer.LayerStore;
import io.layerd.layer.LayerStores;
import io.layerd.network.NetworkOptions;
import io.layerd.network.NetworkService;
import io.layerd.network.NetworkServices;
import io.layerd.registry.RegistryOptions;
import io.layerd.registry.RegistrySettings;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.runtime.ContainerRuntimes;
import io.layerd.runtime.RuntimeOptions;
import io.layerd.sys.Sys;
import io.layerd.volume.VolumeStore;
import io.layerd.volume.VolumeStores;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * The rooms of the engine, opened in the order in which they need each other, recovered, and put
 * together. Blocks: everything has recovered when {@link #open} returns.
 */
final class Wiring implements AutoCloseable {
  private static final int LANES_STOP_SECONDS = 10;

  private final Engine engine;
  private final Containers containers;
  private final NetworkService networks;
  private final Lanes lanes;
  private final RegistryOptions registries;
  private final EventLog events;

  private Wiring(
      Engine engine,
      Containers containers,
      NetworkService networks,
      Lanes lanes,
      RegistryOptions registries,
      EventLog events) {
    this.engine = engine;
    this.containers = containers;
    this.networks = networks;
    this.lanes = lanes;
    this.registries = registries;
    this.events = events;
  }

  static Wiring open(DaemonConfig config, Sys sys, Vertx vertx) {
    EventLog events = new EventLog();
    RegistryOptions registries = new RegistryOptions(registries(config));
    GraphDriver driver = StorageDriver.open(config);
    LayerStore layers =
        LayerStores.open(
            config.dataRoot(),
            driver,
            LayerUnpackers.create(sys),
            (split, directory) -> TarSplit.assemble(sys, split, directory));
    ImageService images = ImageServices.open(config.dataRoot(), layers, registries, events);
    ContainerRuntime runtime =
        ContainerRuntimes.open(
            config.execRoot(),
            RuntimeOptions.defaults().withDefaultRuntime(config.defaultRuntime()));
    NetworkService networks = NetworkServices.open(networks(config), sys);
    VolumeStore volumes = VolumeStores.open(config.dataRoot());
    Lanes lanes = join(Lanes.deploy(vertx, Lanes.Sizes.defaults()));
    Containers containers =
        Containers.open(
            new Containers.Parts(
                config.dataRoot(),
                layers,
                images,
                runtime,
                networks,
                volumes,
                new NetworkEtcFiles(networks, config),
                events,
                lanes.container().executor("container exit")));
    containers.recover();
    Engine engine =
        Engines.create(
            new Engines.Parts(
                lanes, containers.service(), images, layers, networks, volumes, runtime, events));
    return new Wiring(engine, containers, networks, lanes, registries, events);
  }

  private static NetworkOptions networks(DaemonConfig config) {
    return NetworkOptions.defaults(config.dataRoot(), config.execRoot())
        .withBridge(config.bridge(), config.bip())
        .withMtu(config.mtu());
  }

  private static RegistrySettings registries(DaemonConfig config) {
    return RegistrySettings.DEFAULT
        .withInsecureRegistries(config.insecureRegistries())
        .withMirrors(config.registryMirrors().stream().map(URI::create).toList())
        .withDownloads(config.maxConcurrentDownloads(), config.maxDownloadAttempts());
  }

  private static <T> T join(io.vertx.core.Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  Engine engine() {
    return engine;
  }

  EventLog events() {
    return events;
  }

  /** Takes over what a running daemon can change. */
  void reload(DaemonConfig config) {
    registries.set(registries(config));
  }

  /** Ends the engine. Containers live on without it; a network that none is on goes. */
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
