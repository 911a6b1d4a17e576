package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HostConfig;
import io.layerd.spec.MountRequest;
import io.layerd.spec.VolumeDriverConfig;
import io.layerd.spec.VolumeOptions;
import io.layerd.volume.Volume;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Decides the mounts of a new container and makes its volumes. {@link #undo} takes back what it
 * made.
 */
final class MountPlan {
  private static final Logger LOG = Logger.getLogger(MountPlan.class);

  private final Rooms rooms;
  private final String id;
  private final Map<String, Mount> mounts = new TreeMap<>();

  /** Destinations asked for by name; those of --volumes-from may be replaced by them. */
  private final List<String> claimed = new ArrayList<>();

  private final List<String> madeAnonymous = new ArrayList<>();
  private final List<String> referred = new ArrayList<>();

  MountPlan(Rooms rooms, String id) {
    this.rooms = rooms;
    this.id = id;
  }

  /** Mounts by destination. */
  Map<String, Mount> plan(HostConfig host, ContainerConfig config) {
    for (String from : orEmpty(host.volumesFrom())) {
      inherit(MountSpecs.volumesFrom(from));
    }
    List<Mount> asked = new ArrayList<>();
    for (String bind : orEmpty(host.binds())) {
      asked.add(MountSpecs.bind(bind, host.volumeDriver()));
    }
    asked.forEach(mount -> claim(mount.destination()));
    Set<String> tmpfs = tmpfs(host);
    tmpfs.forEach(this::claim);
    claimed.removeAll(tmpfs);
    for (MountRequest request : orEmpty(host.mounts())) {
      Mount mount = MountSpecs.mount(request);
      claim(mount.destination());
      asked.add(mount);
    }
    claimed.addAll(tmpfs);
    for (Mount mount : asked) {
      mounts.put(mount.destination(), made(mount));
    }
    if (config.volumes() != null) {
      for (String path : config.volumes().keySet()) {
        String destination = MountSpecs.clean(path);
        if (!destination.startsWith("/") || destination.equals("/")) {
          throw new InvalidParameter(
              "invalid volume spec \"" + path + "\": volume path must be absolute");
        }
        if (!mounts.containsKey(destination) && !claimed.contains(destination)) {
          mounts.put(destination, anonymous(destination));
        }
      }
    }
    return mounts;
  }

  /** Where {@code --tmpfs} mounts are: they hide what else is asked for there by a mount. */
  static Set<String> tmpfs(HostConfig host) {
    return host.tmpfs() == null
        ? Set.of()
        : host.tmpfs().keySet().stream().map(MountSpecs::tmpfs).collect(Collectors.toSet());
  }

  private Mount made(Mount mount) {
    return switch (mount.type()) {
      case "volume" -> volume(mount);
      case "image" -> new ImageMounts(rooms).plan(mount);
      default -> mount;
    };
  }

  private Collection<Mount> mountsOf(String ref) {
    try {
      return rooms.index().get(ref).mounts.values();
    } catch (NotFound e) {
      // Not found would make the CLI pull the image and ask again.
      throw new InvalidParameter(e.getMessage(), e);
    }
  }

  private void inherit(MountSpecs.VolumesFrom from) {
    for (Mount mount : mountsOf(from.ref())) {
      if (mount.type().equals("tmpfs")) {
        // Each container has its own.
        continue;
      }
      Mount inherited =
          new Mount(
              mount.source(),
              mount.destination(),
              mount.readWrite() && !from.readOnly(),
              mount.name(),
              mount.driver(),
              mount.type(),
              mount.propagation(),
              "",
              mount.spec(),
              mount.skipMountpointCreation());
      mounts.put(mount.destination(), inherited);
      if (mount.isVolume()) {
        refer(mount.name());
      }
    }
  }

  private void claim(String destination) {
    if (claimed.contains(destination)) {
      throw new InvalidParameter("Duplicate mount point: " + destination);
    }
    claimed.add(destination);
  }

  private Mount anonymous(String destination) {
    return volume(
        new Mount("", destination, true, "", "local", "volume", "", "", Mount.NO_SPEC, false));
  }

  private Mount volume(Mount mount) {
    VolumeOptions options = mount.spec().volumeOptions();
    VolumeDriverConfig driver = options == null ? null : options.driverConfig();
    Map<String, String> driverOptions = driver == null ? null : driver.options();
    Map<String, String> labels = options == null ? null : options.labels();
    boolean unnamed = mount.name().isEmpty();
    boolean absent = unnamed || rooms.volumes().find(mount.name()).isEmpty();
    Volume volume =
        rooms
            .volumes()
            .create(
                unnamed ? null : mount.name(),
                mount.driver(),
                driverOptions == null ? Map.of() : driverOptions,
                labels == null ? Map.of() : labels);
    if (unnamed) {
      madeAnonymous.add(volume.name());
    }
    if (absent) {
      rooms.events().volumeMade(volume.name(), volume.driver());
    }
    refer(volume.name());
    return new Mount(
        volume.mountpoint().toString(),
        mount.destination(),
        mount.readWrite(),
        volume.name(),
        volume.driver(),
        "volume",
        "",
        mount.mode(),
        mount.spec(),
        false);
  }

  private void refer(String volume) {
    rooms.volumes().refer(volume, id);
    referred.add(volume);
  }

  /** Lets go of the volumes; anonymous ones made here are removed. */
  void undo() {
    for (String volume : referred) {
      rooms.volumes().unrefer(volume, id);
    }
    for (String volume : madeAnonymous) {
      try {
        rooms.volumes().remove(volume, true);
      } catch (EngineException e) {
        LOG.warnf("cannot remove volume %s: %s", volume, e.getMessage());
      }
    }
  }

  private static <T> List<T> orEmpty(@org.jspecify.annotations.Nullable List<T> list) {
    return list == null ? List.of() : list;
  }
}
