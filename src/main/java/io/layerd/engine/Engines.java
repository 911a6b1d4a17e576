package io.layerd.engine;

import io.layerd.build.Builder;
import io.layerd.buildkit.BuildKit;
import io.layerd.container.ContainerService;
import io.layerd.container.FileService;
import io.layerd.engine.worker.Lanes;
import io.layerd.events.EventLog;
import io.layerd.image.ImageService;
import io.layerd.layer.LayerStore;
import io.layerd.network.NetworkService;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.volume.VolumeStore;

/** Makes the engine from its rooms. */
public final class Engines {
  private Engines() {}

  /** What the facade hands work to. */
  public record Parts(
      Lanes lanes,
      ContainerService containers,
      FileService files,
      ImageService images,
      LayerStore layers,
      NetworkService networks,
      VolumeStore volumes,
      ContainerRuntime runtime,
      EventLog events,
      Builder builder,
      BuildKit buildKit) {}

  /** The facade; all parts have recovered. */
  public static Engine create(Parts parts) {
    LaneImages images = new LaneImages(parts.lanes(), parts.images(), parts.layers());
    LaneContainers containers = new LaneContainers(parts.lanes(), parts.containers());
    LaneFiles files = new LaneFiles(parts.lanes(), parts.files());
    LaneExecs execs = new LaneExecs(parts.lanes(), parts.containers());
    LaneNetworks networks = new LaneNetworks(parts);
    LaneVolumes volumes = new LaneVolumes(parts.lanes(), parts.volumes(), parts.events());
    LaneSystem system = new LaneSystem(parts);
    return new LaneEngine(
        images,
        new ThreadBuilds(parts.builder(), parts.events()),
        new KitBuilds(parts.buildKit()),
        containers,
        files,
        execs,
        networks,
        volumes,
        system);
  }

  private record LaneEngine(
      ImageCommands images,
      BuildCommands builds,
      BuildKitCommands buildKit,
      ContainerCommands containers,
      FileCommands files,
      ExecCommands execs,
      NetworkCommands networks,
      VolumeCommands volumes,
      SystemCommands system)
      implements Engine {}
}
