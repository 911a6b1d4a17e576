package io.layerd.graph.vfs;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.DriverOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The options of vfs, in dockerd's words. */
final class VfsOptions {
  private static final String NO_QUOTA = "Filesystem does not support, or has not enabled quotas";

  private VfsOptions() {}

  /** Checks {@code --storage-opt} of the daemon. */
  static void check(List<String> options) {
    for (DriverOptions.Option option : DriverOptions.parse(options)) {
      switch (option.key()) {
        case "size" -> throw new SystemFailure(NO_QUOTA);
        case "vfs.xattrs" -> {
          // dockerd's way to do without extended attributes; here they are always kept
          if (!option.value().equals("i_want_broken_containers")) {
            throw new InvalidParameter("invalid value for vfs.xattrs: " + option.value());
          }
        }
        default -> throw new InvalidParameter("unknown option " + option.key() + " for vfs");
      }
    }
  }

  /** Checks {@code --storage-opt} of a container. */
  static void checkReadWrite(Map<String, String> options) {
    for (String key : options.keySet()) {
      if (!key.toLowerCase(Locale.ROOT).equals("size")) {
        throw new InvalidParameter("Storage opt " + key + " not supported");
      }
      throw new SystemFailure(NO_QUOTA);
    }
  }
}
