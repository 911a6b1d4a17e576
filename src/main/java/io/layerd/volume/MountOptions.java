package io.layerd.volume;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The options of mount(8), sorted into flags of mount(2) and the data for the file system.
 *
 * @param propagation MS_PRIVATE and the like, which need a call of their own; 0 for none
 */
record MountOptions(long flags, long propagation, String data) {
  private static final long REC = 16384;

  private static final Map<String, Long> SET =
      Map.ofEntries(
          Map.entry("ro", 1L),
          Map.entry("nosuid", 2L),
          Map.entry("nodev", 4L),
          Map.entry("noexec", 8L),
          Map.entry("sync", 16L),
          Map.entry("mand", 64L),
          Map.entry("dirsync", 128L),
          Map.entry("noatime", 1024L),
          Map.entry("nodiratime", 2048L),
          Map.entry("bind", 4096L),
          Map.entry("rbind", 4096L | REC),
          Map.entry("relatime", 1L << 21),
          Map.entry("strictatime", 1L << 24));

  private static final Map<String, Long> CLEAR =
      Map.ofEntries(
          Map.entry("rw", 1L),
          Map.entry("suid", 2L),
          Map.entry("dev", 4L),
          Map.entry("exec", 8L),
          Map.entry("async", 16L),
          Map.entry("nomand", 64L),
          Map.entry("atime", 1024L),
          Map.entry("diratime", 2048L),
          Map.entry("norelatime", 1L << 21),
          Map.entry("nostrictatime", 1L << 24),
          Map.entry("defaults", 0L));

  private static final Map<String, Long> PROPAGATION =
      Map.of(
          "unbindable",
          1L << 17,
          "runbindable",
          1L << 17 | REC,
          "private",
          1L << 18,
          "rprivate",
          1L << 18 | REC,
          "slave",
          1L << 19,
          "rslave",
          1L << 19 | REC,
          "shared",
          1L << 20,
          "rshared",
          1L << 20 | REC);

  static MountOptions parse(String options) {
    long flags = 0;
    long propagation = 0;
    List<String> data = new ArrayList<>();
    for (String option : options.split(",", -1)) {
      if (SET.containsKey(option)) {
        flags |= SET.getOrDefault(option, 0L);
      } else if (CLEAR.containsKey(option)) {
        flags &= ~CLEAR.getOrDefault(option, 0L);
      } else if (PROPAGATION.containsKey(option)) {
        propagation |= PROPAGATION.getOrDefault(option, 0L);
      } else if (!option.isEmpty()) {
        data.add(option);
      }
    }
    return new MountOptions(flags, propagation, String.join(",", data));
  }

  private static String address(String name) throws IOException {
    try {
      return InetAddress.getByName(name).getHostAddress();
    } catch (UnknownHostException e) {
      throw new UnknownHostException("lookup " + name + ": no such host");
    }
  }

  /** The kernel's NFS and CIFS take an address where people write a name. */
  MountOptions resolved() throws IOException {
    List<String> resolved = new ArrayList<>();
    for (String option : data.split(",", -1)) {
      resolved.add(option.startsWith("addr=") ? "addr=" + address(option.substring(5)) : option);
    }
    return new MountOptions(flags, propagation, String.join(",", resolved));
  }
}
