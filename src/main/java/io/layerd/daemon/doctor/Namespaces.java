package io.layerd.daemon.doctor;

import java.util.ArrayList;
import java.util.List;

/** The namespaces of the kernel, and how many of each there may be: namespaces(7). */
final class Namespaces implements Check {
  private static final String NAME = "namespaces";
  private static final List<String> NEEDED = List.of("mnt", "pid", "net", "ipc", "uts");
  private static final List<String> USEFUL = List.of("cgroup", "user");

  private final HostFiles host;

  Namespaces(HostFiles host) {
    this.host = host;
  }

  @Override
  public List<Finding> look() {
    List<String> missing = NEEDED.stream().filter(this::missing).toList();
    if (!missing.isEmpty()) {
      return List.of(
          Finding.failure(
              NAME,
              "none of kind " + String.join(", ", missing),
              "boot a kernel with them, and raise /proc/sys/user/max_*_namespaces above 0"));
    }
    List<String> all = new ArrayList<>(NEEDED);
    all.addAll(USEFUL);
    List<String> absent = USEFUL.stream().filter(this::missing).toList();
    return List.of(
        absent.isEmpty()
            ? Finding.ok(NAME, String.join(", ", all))
            : Finding.warning(
                NAME,
                "none of kind " + String.join(", ", absent),
                "only needed for --cgroupns private and for user namespaces: raise"
                    + " /proc/sys/user/max_*_namespaces above 0"));
  }

  private boolean missing(String kind) {
    return !host.exists("/proc/self/ns/" + kind)
        || host.read("/proc/sys/user/max_" + kind + "_namespaces").equals("0");
  }
}
