package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.spec.TmpfsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The mounts a container starts with, parents before what is mounted inside them. */
final class LaunchMounts {
  private final Rooms rooms;

  LaunchMounts(Rooms rooms) {
    this.rooms = rooms;
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
    for (Mount mount : container.mounts.values()) {
      mounts.add(
          switch (mount.type()) {
            case "tmpfs" -> tmpfs(mount);
            case "volume" -> volume(container, mount);
            default -> bind(mount);
          });
    }
    if (container.host.tmpfs() != null) {
      container.host.tmpfs().forEach((path, options) -> mounts.add(tmpfs(path, options)));
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
    var options = mount.spec().volumeOptions();
    if (options != null && !options.subpath().isEmpty()) {
      source = subpath(source, options.subpath());
    }
    return new BindMount(
        "bind",
        source.toString(),
        mount.destination(),
        List.of("rbind", "rprivate", mount.readWrite() ? "rw" : "ro"));
  }

  private static Path subpath(Path volume, String subpath) {
    try {
      Path resolved = ScopedPath.resolve(volume, subpath);
      if (Files.notExists(resolved)) {
        throw new InvalidParameter(
            "cannot access path " + resolved + ": no such file or directory");
      }
      return resolved;
    } catch (IOException e) {
      throw new SystemFailure("cannot access path " + volume + "/" + subpath, e);
    }
  }

  private static BindMount bind(Mount mount) {
    Path source = Path.of(mount.source());
    if (Files.notExists(source)) {
      if (mount.skipMountpointCreation()) {
        throw new InvalidParameter(
            "invalid mount config for type \"bind\": bind source path does not exist: " + source);
      }
      try {
        Files.createDirectories(source);
      } catch (IOException e) {
        throw new SystemFailure(
            "error while creating mount source path '" + source + "': " + e.getMessage(), e);
      }
    }
    var options = mount.spec().bindOptions();
    boolean recursive = options == null || !options.nonRecursive();
    return new BindMount(
        "bind",
        mount.source(),
        mount.destination(),
        List.of(
            recursive ? "rbind" : "bind",
            mount.propagation().isEmpty() ? "rprivate" : mount.propagation(),
            mount.readWrite() ? "rw" : "ro"));
  }

  private static BindMount tmpfs(Mount mount) {
    List<String> words = new ArrayList<>();
    TmpfsOptions options = mount.spec().tmpfsOptions();
    if (!mount.readWrite()) {
      words.add("ro");
    }
    if (options != null) {
      if (options.mode() != 0) {
        words.add("mode=" + Integer.toOctalString(options.mode()));
      }
      if (options.sizeBytes() != 0) {
        words.add("size=" + options.sizeBytes());
      }
      List<List<String>> more = options.options();
      for (List<String> pair : more == null ? List.<List<String>>of() : more) {
        words.add(String.join("=", pair));
      }
    }
    return tmpfs(mount.destination(), String.join(",", words));
  }

  private static BindMount tmpfs(String destination, String given) {
    // Keyed by what a word is about, so that "exec" takes the place of "noexec".
    Map<String, String> words = new LinkedHashMap<>();
    for (String word : List.of("noexec", "nosuid", "nodev", "rprivate")) {
      words.put(subject(word), word);
    }
    for (String word : given.split(",", -1)) {
      if (!word.isEmpty()) {
        words.put(subject(word), word);
      }
    }
    return new BindMount(
        "tmpfs", "tmpfs", MountSpecs.clean(destination), List.copyOf(words.values()));
  }

  private static String subject(String word) {
    int equals = word.indexOf('=');
    if (equals > 0) {
      return word.substring(0, equals);
    }
    return switch (word) {
      case "rw", "ro" -> "access";
      case "exec", "noexec" -> "exec";
      case "suid", "nosuid" -> "suid";
      case "dev", "nodev" -> "dev";
      case "async", "sync" -> "sync";
      case "atime", "noatime", "relatime", "norelatime", "strictatime", "nostrictatime" -> "atime";
      case "diratime", "nodiratime" -> "diratime";
      case "private", "rprivate", "shared", "rshared", "slave", "rslave" -> "propagation";
      default -> throw new InvalidParameter("invalid tmpfs option [\"" + word + "\"]");
    };
  }
}
