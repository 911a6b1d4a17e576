package io.layerd.runtime;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of this host: version 1, version 2, or both (the hybrid layout, in which the
 * controllers are on version 1 and counted as such). cgroups(7).
 */
final class Cgroups {
  private static final int SIGKILL = 9;
  private static final int REMOVE_ATTEMPTS = 200;
  private static final long REMOVE_PAUSE_MILLIS = 5;

  private final Sys sys;
  private final List<Hierarchy> hierarchies;

  Cgroups(Sys sys, HostMounts mounts) {
    this.sys = sys;
    List<Hierarchy> found = new ArrayList<>();
    for (HostMounts.Entry entry : mounts.entries()) {
      if (entry.type().equals("cgroup2")) {
        found.add(new Hierarchy(entry.mountPoint(), Set.of(), true));
      } else if (entry.type().equals("cgroup")) {
        found.add(new Hierarchy(entry.mountPoint(), entry.options(), false));
      }
    }
    this.hierarchies = List.copyOf(found);
  }

  /**
   * @param controllers of a version 1 hierarchy, among its other mount options
   */
  record Hierarchy(Path mountPoint, Set<String> controllers, boolean unified) {
    Path group(String cgroupsPath) {
      return mountPoint.resolve(cgroupsPath.replaceFirst("^/+", ""));
    }
  }

  /** Whether all controllers are on version 2. */
  boolean unified() {
    return hierarchies.stream().allMatch(Hierarchy::unified);
  }

  /** Whether crun accepts this layout: it refuses controllers on version 2 beside version 1. */
  boolean worksWithCrun() {
    return unified()
        || hierarchies.stream()
            .filter(Hierarchy::unified)
            .allMatch(h -> read(h.mountPoint().resolve("cgroup.controllers")).isBlank());
  }

  /** Whether a controller has this file in some group below its root. */
  boolean has(String controller, String file) {
    for (Hierarchy hierarchy : hierarchies) {
      if (hierarchy.unified() != unified()
          || !hierarchy.unified() && !hierarchy.controllers().contains(controller)) {
        continue;
      }
      if (Files.exists(hierarchy.mountPoint().resolve(file))) {
        return true;
      }
      try (Stream<Path> children = Files.list(hierarchy.mountPoint())) {
        return children.anyMatch(child -> Files.exists(child.resolve(file)));
      } catch (IOException e) {
        return false;
      }
    }
    return false;
  }

  /** Whether processes can be limited through this controller. */
  boolean hasController(String controller) {
    for (Hierarchy hierarchy : hierarchies) {
      if (unified()
          ? List.of(read(hierarchy.mountPoint().resolve("cgroup.controllers")).strip().split(" "))
              .contains(controller.equals("blkio") ? "io" : controller)
          : hierarchy.controllers().contains(controller)) {
        return true;
      }
    }
    return false;
  }

  /** Where a container's group lies in the hierarchy of a controller; null if there is none. */
  @Nullable Path group(String controller, String cgroupsPath) {
    Hierarchy hierarchy = find(controller);
    return hierarchy == null ? null : hierarchy.group(cgroupsPath);
  }

  /** The processes in a group and below, as host pids. */
  List<Integer> pids(String cgroupsPath) {
    Hierarchy hierarchy = find("pids", "memory", "devices", "freezer");
    return hierarchy == null
        ? List.of()
        : List.copyOf(pids(hierarchy.group(cgroupsPath), new LinkedHashSet<>()));
  }

  /**
   * Takes the limit on the number of processes away: the runtimes disagree on how to ask for it.
   */
  void liftPidsLimit(String cgroupsPath) throws IOException {
    Path group = group("pids", cgroupsPath);
    if (group != null && Files.exists(group.resolve("pids.max"))) {
      Files.writeString(group.resolve("pids.max"), "max", StandardOpenOption.WRITE);
    }
  }

  /** How many processes of a group the kernel killed for want of memory. */
  long oomKills(String cgroupsPath) {
    Hierarchy hierarchy = find("memory");
    if (hierarchy == null) {
      return 0;
    }
    Path group = hierarchy.group(cgroupsPath);
    String text = read(group.resolve(hierarchy.unified() ? "memory.events" : "memory.oom_control"));
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("oom_kill ")) {
        return Long.parseLong(line.substring("oom_kill ".length()).strip());
      }
    }
    return 0;
  }

  /** Whether a group is paused. */
  boolean frozen(String cgroupsPath) {
    Hierarchy hierarchy = find("freezer");
    if (hierarchy == null) {
      return false;
    }
    Path group = hierarchy.group(cgroupsPath);
    return hierarchy.unified()
        ? read(group.resolve("cgroup.freeze")).strip().equals("1")
        : read(group.resolve("freezer.state")).startsWith("FR");
  }

  /**
   * Kills what is left in a group and removes it from every hierarchy. Absent is success.
   *
   * @return whether it is gone
   */
  boolean remove(String cgroupsPath) {
    boolean gone = true;
    for (Hierarchy hierarchy : hierarchies) {
      Path group = hierarchy.group(cgroupsPath);
      // Only ever a container's own group, never a parent or the root.
      if (group.getNameCount() > hierarchy.mountPoint().getNameCount() && Files.exists(group)) {
        gone &= remove(group);
      }
    }
    return gone;
  }

  private boolean remove(Path group) {
    for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
      for (int pid : pids(group, new LinkedHashSet<>())) {
        try {
          sys.kill(pid, SIGKILL);
        } catch (ErrnoException e) {
          // Ended in the meantime.
        }
      }
      if (removeTree(group)) {
        return true;
      }
      try {
        Thread.sleep(REMOVE_PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  // Groups are directories whose files cannot be removed and need not be.
  private static boolean removeTree(Path group) {
    try (Stream<Path> children = Files.list(group)) {
      children.filter(Files::isDirectory).forEach(Cgroups::removeTree);
    } catch (IOException e) {
      return !Files.exists(group);
    }
    try {
      Files.deleteIfExists(group);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static Set<Integer> pids(Path group, Set<Integer> into) {
    for (String line : read(group.resolve("cgroup.procs")).split("\n", -1)) {
      if (!line.isBlank()) {
        into.add(Integer.valueOf(line.strip()));
      }
    }
    try (Stream<Path> children = Files.list(group)) {
      children.filter(Files::isDirectory).forEach(child -> pids(child, into));
    } catch (IOException e) {
      // The group is gone, and its processes with it.
    }
    return into;
  }

  private @Nullable Hierarchy find(String... controllers) {
    if (unified()) {
      return hierarchies.isEmpty() ? null : hierarchies.getFirst();
    }
    for (String controller : controllers) {
      for (Hierarchy hierarchy : hierarchies) {
        if (hierarchy.controllers().contains(controller)) {
          return hierarchy;
        }
      }
    }
    return null;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
