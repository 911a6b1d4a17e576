package io.layerd.security;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The text of the profile that containers get which ask for none: what seccomp, capabilities and
 * namespaces leave open it leaves open too, but for the kernel's own files and for mounts. Its
 * rules are those of dockerd's profile of that name, so that either daemon can load it.
 */
final class DefaultProfile {
  private static final String ALL = " rwklx";
  private static final String CHANGE = " wklx";

  private DefaultProfile() {}

  /**
   * @param root where /etc/apparmor.d is: what distributions share is included if it is there
   * @param ownProfile what the daemon itself is confined by
   */
  static String text(Path root, String ownProfile) {
    Path shared = root.resolve("etc/apparmor.d");
    List<String> lines = new ArrayList<>();
    lines.add("# Written by layerd whenever the kernel has no profile of this name.");
    lines.add(
        Files.exists(shared.resolve("tunables/global"))
            ? "#include <tunables/global>"
            : "@{PROC}=/proc/");
    lines.add("profile " + AppArmor.DEFAULT + " flags=(attach_disconnected,mediate_deleted) {");
    if (Files.exists(shared.resolve("abstractions/base"))) {
      lines.add("#include <abstractions/base>");
    }
    for (String class_ : List.of("network", "capability", "file", "umount", "deny mount")) {
      lines.add(class_ + ",");
    }
    // Who may end a container: the host, the runtimes, the daemon.
    Set<String> senders = new LinkedHashSet<>(List.of(AppArmor.UNCONFINED, "runc", "crun"));
    senders.add(ownProfile);
    for (String sender : senders) {
      lines.add("signal (receive) peer=" + quoted(sender) + ",");
    }
    // Among themselves, as ps and debuggers need it.
    lines.add("signal (send,receive) peer=" + AppArmor.DEFAULT + ",");
    lines.add("ptrace (trace,read,tracedby,readby) peer=" + AppArmor.DEFAULT + ",");
    // In /proc only its processes and the settings of kernel/shm* may be written.
    deny(lines, "@{PROC}/*", " w");
    deny(
        lines,
        "@{PROC}/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/**",
        " w");
    deny(lines, "@{PROC}/sys/[^k]**", " w");
    deny(lines, "@{PROC}/sys/kernel/{?,??,[^s][^h][^m]**}", " w");
    deny(lines, "@{PROC}/sysrq-trigger", ALL);
    deny(lines, "@{PROC}/kcore", ALL);
    // In /sys nothing but control groups may be changed.
    for (String way : List.of("f", "fs/c", "fs/cg", "fs/cgr")) {
      String known = way.substring(0, way.length() - 1);
      deny(lines, "/sys/" + known + "[^" + way.charAt(way.length() - 1) + "]*/**", CHANGE);
    }
    deny(lines, "/sys/f[^s]*/**", CHANGE);
    for (String hidden : List.of("firmware", "devices/virtual/powercap", "kernel/security")) {
      deny(lines, "/sys/" + hidden + "/**", ALL);
    }
    lines.add("}");
    return String.join("\n", lines) + "\n";
  }

  private static void deny(List<String> lines, String path, String access) {
    lines.add("deny " + path + access + ",");
  }

  private static String quoted(String profile) {
    return profile.matches("[A-Za-z0-9_./-]+") ? profile : '"' + profile + '"';
  }
}
