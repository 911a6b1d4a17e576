package io.layerd.runtime;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.spec.HostConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The runtime-spec's {@code mounts}: the kernel's file systems, then the container's own. */
final class SpecMounts {
  static final String INIT = "/sbin/docker-init";

  private static final Set<String> SHARED = Set.of("shared", "rshared");
  private static final Set<String> SLAVE = Set.of("slave", "rslave");
  private static final long DEFAULT_SHM_BYTES = 64L << 20;

  private final List<BindMount> mounts = new ArrayList<>();

  /**
   * @param init the host's init program, or null if the container wants none
   */
  SpecMounts(LaunchRequest request, SecurityOptions security, @Nullable Path init) {
    List<BindMount> own = own(request);
    Set<String> taken = new HashSet<>();
    own.forEach(mount -> taken.add(mount.destination()));
    for (BindMount mount : kernel(request.host(), security)) {
      String destination = mount.destination();
      boolean covered = taken.contains("/dev") && destination.startsWith("/dev/");
      if (!taken.contains(destination) && !covered) {
        mounts.add(mount);
      }
    }
    if (init != null) {
      mounts.add(new BindMount("bind", init.toString(), INIT, List.of("bind", "ro")));
    }
    mounts.addAll(own);
  }

  // Parents before children; else in the order given.
  private static List<BindMount> own(LaunchRequest request) {
    List<BindMount> own = new ArrayList<>(request.mounts());
    Set<String> destinations = new HashSet<>();
    own.forEach(mount -> destinations.add(mount.destination()));
    for (BindMount tmpfs : TmpfsMount.of(request.host())) {
      boolean inAnother =
          own.stream()
              .anyMatch(mount -> Path.of(tmpfs.destination()).startsWith(mount.destination()));
      if (destinations.add(tmpfs.destination())) {
        own.add(inAnother ? tmpfs : TmpfsMount.withModeOfCovered(tmpfs, request.rootfs()));
      }
    }
    own.sort(Comparator.comparingInt(mount -> Path.of(mount.destination()).getNameCount()));
    return own;
  }

  private static List<BindMount> kernel(HostConfig host, SecurityOptions security) {
    List<BindMount> list = new ArrayList<>();
    list.add(mount("proc", "/proc", "nosuid", "noexec", "nodev"));
    list.add(mount("tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"));
    list.add(
        mount(
            "devpts",
            "/dev/pts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"));
    List<String> sys = new ArrayList<>(List.of("nosuid", "noexec", "nodev"));
    List<String> cgroup = new ArrayList<>(List.of("nosuid", "noexec", "nodev"));
    if (!host.privileged()) {
      sys.add("ro");
    }
    if (!host.privileged() && !security.writableCgroups()) {
      cgroup.addFirst("ro");
    }
    list.add(new BindMount("sysfs", "sysfs", "/sys", sys));
    list.add(new BindMount("cgroup", "cgroup", "/sys/fs/cgroup", cgroup));
    list.add(mount("mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"));
    switch (host.ipcMode()) {
      case "none" -> {}
      case "host" ->
          list.add(new BindMount("bind", "/dev/shm", "/dev/shm", List.of("rbind", "rprivate")));
      default -> {
        long size = host.shmSize() > 0 ? host.shmSize() : DEFAULT_SHM_BYTES;
        List<String> options = List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + size);
        list.add(new BindMount("tmpfs", "shm", "/dev/shm", options));
      }
    }
    return list;
  }

  private static BindMount mount(String type, String destination, String... options) {
    return new BindMount(type, type, destination, List.of(options));
  }

  /**
   * How the root must be mounted so that the binds can propagate: {@code shared}, {@code slave} or
   * null.
   *
   * @throws SystemFailure {@code path X is mounted on Y but it is not a shared mount}
   */
  @Nullable String rootPropagation(Supplier<HostMounts> host) {
    String result = null;
    for (BindMount mount : mounts) {
      if (!mount.type().equals("bind")) {
        continue;
      }
      if (mount.options().stream().anyMatch(SHARED::contains)) {
        host.get().requireShared(mount.source());
        result = "shared";
      } else if (mount.options().stream().anyMatch(SLAVE::contains)) {
        host.get().requireSharedOrSlave(mount.source());
        result = result == null ? "slave" : result;
      }
    }
    return result;
  }

  ArrayNode toSpec() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (BindMount mount : mounts) {
      ObjectNode node = array.addObject();
      node.put("destination", mount.destination());
      node.put("type", mount.type());
      node.put("source", mount.source());
      ArrayNode options = node.putArray("options");
      mount.options().forEach(options::add);
    }
    return array;
  }
}
