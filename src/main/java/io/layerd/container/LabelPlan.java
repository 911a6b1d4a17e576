package io.layerd.container;

import io.layerd.container.StoredContainer.Mount;
import io.layerd.error.SystemFailure;
import io.layerd.security.Labels;
import io.layerd.security.Selinux;
import io.layerd.spec.HostConfig;
import io.layerd.spec.SpecJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The SELinux labels of containers: which ones they get, and which files get them. */
final class LabelPlan {
  private static final String CONTAINER = "container:";

  private final Rooms rooms;

  LabelPlan(Rooms rooms) {
    this.rooms = rooms;
  }

  /** Whoever joins the processes or the memory of another has its label, if none was asked for. */
  HostConfig join(HostConfig host) {
    List<String> options = host.securityOpt() == null ? List.of() : host.securityOpt();
    if (!rooms.selinux().enabled() || asked(options)) {
      return host;
    }
    List<String> ofMemory = other(host.ipcMode());
    List<String> ofProcesses = other(host.pidMode());
    boolean both = !ofMemory.isEmpty() && !ofProcesses.isEmpty();
    if (both && !ofMemory.equals(ofProcesses)) {
      throw new SystemFailure("--ipc and --pid containers SELinux labels aren't the same");
    }
    List<String> more = new ArrayList<>(options);
    (ofMemory.isEmpty() ? ofProcesses : ofMemory).forEach(label -> more.add("label=" + label));
    return more.size() == options.size()
        ? host
        : SpecJson.change(host, HostConfig.class, Map.of("SecurityOpt", more));
  }

  /** Whether the options say what label a container is to have. */
  static boolean asked(List<String> options) {
    return options.stream().anyMatch(o -> o.equals("label") || o.startsWith("label="));
  }

  private List<String> other(String mode) {
    return mode.startsWith(CONTAINER)
        ? Selinux.likeThatOf(rooms.index().get(mode.substring(CONTAINER.length())).labels.process())
        : List.of();
  }

  /** Labels for a new container. */
  Labels take(HostConfig host) {
    List<String> labels = new ArrayList<>();
    for (String option : host.securityOpt() == null ? List.<String>of() : host.securityOpt()) {
      if (option.equals("disable")) {
        labels.add(option);
      } else if (option.startsWith("label=") || option.startsWith("label:")) {
        labels.add(option.substring("label=".length()));
      }
    }
    return rooms.selinux().take(labels);
  }

  /** What the daemon writes for a container is the container's alone. */
  void ownFiles(Container container) {
    if (rooms.selinux().enabled()) {
      for (String file :
          List.of(container.hostsPath, container.hostnamePath, container.resolvConfPath)) {
        if (!file.isEmpty()) {
          rooms.selinux().relabel(Path.of(file), container.labels.mount(), false);
        }
      }
    }
  }

  /** Gives a mount's files to the container if its mode says so: {@code z} to others as well. */
  void relabel(Container container, Mount mount, String source) {
    boolean shared = mount.mode().contains("z");
    if (shared || mount.mode().contains("Z")) {
      rooms.selinux().relabel(Path.of(source), container.labels.mount(), shared);
    }
  }

  /** Of the container's layers. */
  static String mount(Rooms rooms, Container container) {
    return rooms.selinux().applied(container.labels).mount();
  }

  /** Of the container's processes: a privileged one's are not held to it. */
  Labels applied(Container container) {
    Labels labels = rooms.selinux().applied(container.labels);
    return container.host.privileged() ? new Labels("", labels.mount()) : labels;
  }
}
