package io.layerd.runtime;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.HostConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of kernel capabilities and the set a container gets (capabilities(7)). */
final class Capabilities {
  private static final String ALL = "ALL";

  /** In the order of their numbers. */
  private static final List<String> KNOWN =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  private static final List<String> DEFAULT =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  /** What this process may give away, in the order of numbers. */
  private final List<String> available;

  private Capabilities(List<String> available) {
    this.available = available;
  }

  /** The capabilities this process holds and may pass on. */
  static Capabilities ofThisProcess() {
    long bounding = -1L;
    long permitted = -1L;
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapBnd:")) {
          bounding = mask(line);
        } else if (line.startsWith("CapPrm:")) {
          permitted = mask(line);
        }
      }
    } catch (IOException e) {
      // Without /proc nothing will start anyway; the runtime then says why.
    }
    return ofMask(bounding & permitted);
  }

  static Capabilities ofMask(long mask) {
    List<String> available = new ArrayList<>();
    for (int i = 0; i < KNOWN.size(); i++) {
      if ((mask >>> i & 1) == 1) {
        available.add(KNOWN.get(i));
      }
    }
    return new Capabilities(List.copyOf(available));
  }

  private static long mask(String line) {
    return Long.parseUnsignedLong(line.substring(line.indexOf(':') + 1).strip(), 16);
  }

  /** All that can be given: for privileged containers and processes. */
  List<String> all() {
    return available;
  }

  /**
   * The set for a container.
   *
   * @throws InvalidParameter {@code invalid CapAdd: unknown capability: "CAP_X"}
   */
  List<String> resolve(HostConfig host) {
    Set<String> adds = normalize(host.capAdd(), "CapAdd");
    Set<String> drops = normalize(host.capDrop(), "CapDrop");
    if (host.privileged()) {
      return available;
    }
    LinkedHashSet<String> result = new LinkedHashSet<>();
    if (adds.contains(ALL)) {
      result.addAll(available);
      result.removeAll(drops);
    } else if (drops.contains(ALL)) {
      result.addAll(adds);
    } else {
      result.addAll(DEFAULT);
      result.removeAll(drops);
      result.addAll(adds);
    }
    return List.copyOf(result);
  }

  private Set<String> normalize(@Nullable List<String> names, String field) {
    LinkedHashSet<String> result = new LinkedHashSet<>();
    for (String given : names == null ? List.<String>of() : names) {
      String name = given.strip().toUpperCase(Locale.ROOT);
      if (name.equals(ALL)) {
        result.add(ALL);
        continue;
      }
      name = name.startsWith("CAP_") ? name : "CAP_" + name;
      if (!KNOWN.contains(name)) {
        throw new InvalidParameter("invalid " + field + ": unknown capability: \"" + name + "\"");
      }
      if (!available.contains(name)) {
        throw new InvalidParameter(
            "invalid "
                + field
                + ": capability not supported by your kernel or not available in the current"
                + " environment: \""
                + name
                + "\"");
      }
      result.add(name);
    }
    return result;
  }
}
