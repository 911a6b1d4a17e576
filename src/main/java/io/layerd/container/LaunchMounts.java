package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.durable.AtomicFiles;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The mounts a container starts with, parents before what is mounted inside them. */
final class LaunchMounts {
  private final Rooms rooms;
  private final LabelPlan labels;

  LaunchMounts(Rooms rooms) {
    this.rooms = rooms;
    this.labels = new LabelPlan(rooms);
  }

  private void sharedMemory(List<BindMount> mounts, Set<String> taken, Container container) {
    BindMount shm = rooms.shm().prepare(container, rooms.index());
    if (shm != null && taken.add("/dev/shm")) {
      mounts.add(shm);
    }
  }

  /** Takes the volumes into use; {@link Teardown} gives them back. */
  List<BindMount> of(Container container) {
    List<BindMount> mounts = new ArrayList<>();
    Set<String> hidden = MountPlan.tmpfs(container.host);
    for (Mount mount : container.mounts.values()) {
      if (hidden.contains(mount.destination())) {
        continue;
      }
      // The runtime reads temporary ones from the HostConfig.
      if (!mount.type().equals("tmpfs")) {
        BindMount bound =
            switch (mount.type()) {
              case "volume" -> volume(container, mount);
              case "image" -> image(container, mount);
              default -> bind(mount);
            };
        labels.relabel(container, mount, bound.source());
        mounts.add(bound);
      }
    }
    Set<String> taken = new HashSet<>();
    mounts.forEach(mount -> taken.add(mount.destination()));
    sharedMemory(mounts, taken, container);
    String access = container.host.readonlyRootfs() ? "ro" : "rw";
    etc(mounts, taken, container.resolvConfPath, "/etc/resolv.conf", access);
    etc(mounts, taken, container.hostnamePath, "/etc/hostname", access);
    etc(mounts, taken, container.hostsPath, "/etc/hosts", access);
    mounts.sort(Comparator.comparingInt(mount -> Path.of(mount.destination()).getNameCount()));
    return mounts;
  }

  private static void etc(
      List<BindMount> mounts, Set<String> taken, String source, String target, String access) {
    if (!source.isEmpty() && !taken.contains(target)) {
      mounts.add(new BindMount("bind", source, target, List.of("rbind", "rprivate", access)));
    }
  }

  private BindMount volume(Container container, Mount mount) {
    Path source = rooms.volumes().use(mount.name(), container.id);
    rooms.events().volume("mount", mount, container);
    return bound(subpath(source, mount), true, "rprivate", mount);
  }

  private BindMount image(Container container, Mount mount) {
    return new BindMount(
        "bind",
        new ImageMounts(rooms).mount(container, mount).toString(),
        mount.destination(),
        List.of("rbind", "rprivate", "ro"));
  }

  /**
   * Read-only means what is mounted below as well, unless the user says otherwise. To crun a
   * propagation for all that is below brings all that is below along, and before 1.9 a file cannot
   * be read-only recursively.
   */
  private static BindMount bound(Path source, boolean recursive, String propagation, Mount mount) {
    List<String> options = new ArrayList<>();
    options.add(recursive ? "rbind" : "bind");
    options.add(!recursive && propagation.startsWith("r") ? propagation.substring(1) : propagation);
    options.add(mount.readWrite() ? "rw" : "ro");
    var asked = mount.spec().bindOptions();
    boolean alone = asked != null && asked.readOnlyNonRecursive();
    if (!mount.readWrite() && !alone && recursive && Files.isDirectory(source)) {
      options.add("rro");
    }
    return new BindMount("bind", source.toString(), mount.destination(), List.copyOf(options));
  }

  /** The part of a volume that a mount shows. */
  static Path subpath(Path volume, Mount mount) {
    var options = mount.spec().volumeOptions();
    return options == null || options.subpath().isEmpty()
        ? volume
        : subpath(volume, options.subpath());
  }

  static Path subpath(Path volume, String subpath) {
    try {
      Path resolved = ScopedPath.resolve(volume, subpath);
      if (leadsOut(volume, subpath)) {
        throw new InvalidParameter(
            "path concatenation escapes the base directory, base: "
                + volume
                + ", subpath: "
                + subpath);
      }
      if (Files.notExists(resolved)) {
        throw new InvalidParameter(
            "cannot access path "
                + volume.resolve(subpath)
                + ": lstat "
                + resolved
                + ": no such file or directory");
      }
      return resolved;
    } catch (IOException e) {
      throw new SystemFailure("cannot access path " + volume + "/" + subpath, e);
    }
  }

  /** Whether a link on the way means a place outside, wherever it is taken to inside. */
  private static boolean leadsOut(Path volume, String subpath) throws IOException {
    Path path = volume.resolve(subpath);
    return Files.exists(path) && !path.toRealPath().startsWith(volume.toRealPath());
  }

  /** The host's side of a bind mount, made if the user did not forbid it. */
  static Path bindSource(Sys sys, Mount mount) {
    Path source = Path.of(mount.source());
    if (Files.notExists(source)) {
      if (mount.skipMountpointCreation()) {
        throw new InvalidParameter(
            "invalid mount config for type \"bind\": bind source path does not exist: " + source);
      }
      try {
        if (sys.mappings().isNone()) {
          Files.createDirectories(source);
        } else {
          new AtomicFiles(sys).createDirectories(source, 0755);
        }
      } catch (IOException e) {
        throw new SystemFailure(
            "error while creating mount source path '" + source + "': " + e.getMessage(), e);
      }
    }
    return source;
  }

  /** Whether a bind mount shows what is mounted below its source. */
  static boolean recursive(Mount mount) {
    var options = mount.spec().bindOptions();
    return options == null || !options.nonRecursive();
  }

  private BindMount bind(Mount mount) {
    String propagation = mount.propagation().isEmpty() ? "rprivate" : mount.propagation();
    return bound(bindSource(rooms.sys(), mount), recursive(mount), propagation, mount);
  }
}
