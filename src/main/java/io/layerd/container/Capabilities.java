package io.layerd.container;

import io.layerd.error.InvalidParameter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of the kernel's capabilities, capabilities(7). */
final class Capabilities {
  private static final Set<String> KNOWN =
      Set.of(
          "ALL",
          "AUDIT_CONTROL",
          "AUDIT_READ",
          "AUDIT_WRITE",
          "BLOCK_SUSPEND",
          "BPF",
          "CHECKPOINT_RESTORE",
          "CHOWN",
          "DAC_OVERRIDE",
          "DAC_READ_SEARCH",
          "FOWNER",
          "FSETID",
          "IPC_LOCK",
          "IPC_OWNER",
          "KILL",
          "LEASE",
          "LINUX_IMMUTABLE",
          "MAC_ADMIN",
          "MAC_OVERRIDE",
          "MKNOD",
          "NET_ADMIN",
          "NET_BIND_SERVICE",
          "NET_BROADCAST",
          "NET_RAW",
          "PERFMON",
          "SETFCAP",
          "SETGID",
          "SETPCAP",
          "SETUID",
          "SYSLOG",
          "SYS_ADMIN",
          "SYS_BOOT",
          "SYS_CHROOT",
          "SYS_MODULE",
          "SYS_NICE",
          "SYS_PACCT",
          "SYS_PTRACE",
          "SYS_RAWIO",
          "SYS_RESOURCE",
          "SYS_TIME",
          "SYS_TTY_CONFIG",
          "WAKE_ALARM");

  private Capabilities() {}

  static void check(String field, @Nullable List<String> names) {
    for (String name : names == null ? List.<String>of() : names) {
      String plain = name.toUpperCase(Locale.ROOT);
      plain = plain.startsWith("CAP_") ? plain.substring(4) : plain;
      if (!KNOWN.contains(plain)) {
        throw new InvalidParameter(
            "invalid " + field + ": unknown capability: \"CAP_" + plain + "\"");
      }
    }
  }
}
