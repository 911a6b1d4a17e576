package io.layerd.engine;

import io.layerd.engine.worker.LaneGroup;
import io.layerd.engine.worker.Lanes;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.events.EventLog;
import io.layerd.volume.Volume;
import io.layerd.volume.VolumeStore;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Volumes on the storage lanes. */
final class LaneVolumes implements VolumeCommands {
  private static final Logger LOG = Logger.getLogger(LaneVolumes.class);
  private static final Set<String> LIST = Set.of("dangling", "driver", "label", "name");
  private static final Set<String> PRUNE = Set.of("all", "label", "label!");

  private final LaneGroup lanes;
  private final VolumeStore volumes;
  private final EventLog events;

  LaneVolumes(Lanes lanes, VolumeStore volumes, EventLog events) {
    this.lanes = lanes.storage();
    this.volumes = volumes;
    this.events = events;
  }

  @Override
  public Uni<List<Volume>> list(Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "volume list", () -> find(filters));
  }

  private List<Volume> find(Map<String, List<String>> values) {
    ListFilters filters = ListFilters.checked(values, LIST);
    boolean all = !filters.has("dangling");
    boolean dangling = filters.flag("dangling", false);
    return volumes.list().stream()
        .filter(v -> filters.matches("name", v.name()))
        .filter(v -> filters.exact("driver", v.driver()))
        .filter(v -> filters.labels("label", v.labels()))
        .filter(v -> all || dangling == volumes.users(v.name()).isEmpty())
        .toList();
  }

  @Override
  public Uni<Volume> inspect(String name) {
    return Unis.onLane(lanes, "volume inspect", () -> volumes.get(name));
  }

  @Override
  public Uni<Volume> create(
      @Nullable String name,
      String driver,
      Map<String, String> options,
      Map<String, String> labels) {
    return Unis.onLane(
        lanes,
        "volume create",
        () -> {
          boolean absent = name == null || volumes.find(name).isEmpty();
          Volume volume = volumes.create(name, driver, options, labels);
          if (absent) {
            publish("create", volume);
          }
          return volume;
        });
  }

  @Override
  public Uni<Void> remove(String name, boolean force) {
    return Unis.onLane(
        lanes,
        "volume remove",
        () -> {
          var volume = volumes.find(name);
          volumes.remove(name, force);
          volume.ifPresent(v -> publish("destroy", v));
        });
  }

  @Override
  public Uni<VolumesPruned> prune(Map<String, List<String>> filters) {
    return Unis.onLane(lanes, "volume prune", () -> pruneNow(filters));
  }

  private VolumesPruned pruneNow(Map<String, List<String>> values) {
    ListFilters filters = ListFilters.checked(values, PRUNE);
    boolean all = all(filters);
    List<String> removed = new ArrayList<>();
    long bytes = 0;
    for (Volume volume : volumes.list()) {
      boolean wanted =
          (all || volume.anonymous())
              && volumes.users(volume.name()).isEmpty()
              && filters.labels("label", volume.labels());
      if (!wanted) {
        continue;
      }
      try {
        long size = Math.max(0, volumes.sizeBytes(volume));
        volumes.remove(volume.name(), false);
        bytes += size;
        removed.add(volume.name());
        publish("destroy", volume);
      } catch (EngineException e) {
        LOG.warnf("volume %s is not pruned: %s", volume.name(), e.getMessage());
      }
    }
    events.publish("volume", "prune", "", Map.of("reclaimed", String.valueOf(bytes)));
    return new VolumesPruned(removed, bytes);
  }

  private static boolean all(ListFilters filters) {
    List<String> values = filters.get("all");
    if (values.size() > 1) {
      throw new InvalidParameter(
          "invalid filter 'all=" + filters.shown("all") + "': only one value is expected");
    }
    String value = values.isEmpty() ? "false" : values.getFirst();
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new InvalidParameter(
              "invalid filter 'all': strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
    };
  }

  private void publish(String action, Volume volume) {
    events.publish("volume", action, volume.name(), Map.of("driver", volume.driver()));
  }
}
