package io.layerd.daemon.doctor;

import io.layerd.mount.Mount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How control groups are laid out, and which controllers limit containers: cgroups(7). */
final class ControlGroups implements Check {
  private static final String NAME = "cgroups";

  /** What limits of docker run need; without one, that limit is left out with a warning. */
  private static final List<String> USEFUL = List.of("cpu", "cpuset", "memory", "pids");

  private final HostFiles host;
  private final List<Mount> mounts;

  ControlGroups(HostFiles host, List<Mount> mounts) {
    this.host = host;
    this.mounts = mounts;
  }

  @Override
  public List<Finding> look() {
    Set<String> first = new TreeSet<>();
    Set<String> second = new TreeSet<>();
    boolean unified = false;
    boolean legacy = false;
    for (Mount mount : mounts) {
      if (mount.type().equals("cgroup2")) {
        unified = true;
        String controllers = host.read(mount.mountPoint() + "/cgroup.controllers");
        second.addAll(words(controllers, " "));
      } else if (mount.type().equals("cgroup")) {
        legacy = true;
        first.addAll(words(mount.superOptions(), ","));
      }
    }
    if (!unified && !legacy) {
      return List.of(
          Finding.failure(
              NAME,
              "not mounted",
              "mount -t cgroup2 cgroup2 /sys/fs/cgroup, or let systemd do it"));
    }
    // with both, the controllers that count are those of version 1, as runc has it
    Set<String> usable = legacy ? first : second;
    String layout = legacy ? (unified ? "hybrid, version 1 counts" : "version 1") : "version 2";
    List<String> missing = new ArrayList<>(USEFUL);
    missing.removeAll(usable);
    if (legacy && !(usable.contains("devices") && usable.contains("freezer"))) {
      return List.of(
          Finding.failure(
              NAME,
              layout + ", without the controllers devices and freezer",
              "mount them below /sys/fs/cgroup, or boot with systemd.unified_cgroup_hierarchy=1"));
    }
    if (!missing.isEmpty()) {
      return List.of(
          Finding.warning(
              NAME,
              layout + ", without " + String.join(", ", missing) + ": no such limits",
              legacy
                  ? "mount the controllers below /sys/fs/cgroup"
                  : "add them to cgroup.subtree_control above, or to the kernel"));
    }
    return List.of(Finding.ok(NAME, layout + ": " + String.join(", ", USEFUL)));
  }

  private static List<String> words(String text, String separator) {
    return Arrays.stream(text.split(separator, -1)).filter(word -> !word.isBlank()).toList();
  }
}
