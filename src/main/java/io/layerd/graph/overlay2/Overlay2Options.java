package io.layerd.graph.overlay2;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.graph.DriverOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The options of overlay2, in dockerd's words.
 *
 * @param sizeBytes of each container's own files; 0 is no limit
 */
record Overlay2Options(long sizeBytes) {
  private static final Logger LOG = Logger.getLogger(Overlay2Options.class);
  private static final String NO_QUOTA =
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";

  /** Reads {@code --storage-opt} of the daemon. */
  static Overlay2Options parse(List<String> options) {
    long sizeBytes = 0;
    for (DriverOptions.Option option : DriverOptions.parse(options)) {
      switch (option.key()) {
        case "overlay2.override_kernel_check" ->
            LOG.warn("DEPRECATED: the overlay2.override_kernel_check option is ignored");
        case "overlay2.size" -> sizeBytes = DriverOptions.sizeBytes(option.value());
        default -> throw new InvalidParameter("overlay2: unknown option " + option.key());
      }
    }
    return new Overlay2Options(sizeBytes);
  }

  /**
   * Refuses a limit where it cannot be kept: project quotas are not implemented. That is no reason
   * to take another driver, which would keep no limit either.
   */
  void requireQuota(String backingFileSystem) {
    if (sizeBytes > 0) {
      throw new InvalidParameter(
          backingFileSystem.equals("xfs")
              ? "Storage option overlay2.size not supported. Filesystem does not support Project"
                  + " Quota: Filesystem does not support, or has not enabled quotas"
              : "Storage Option overlay2.size only supported for backingFS XFS. Found "
                  + backingFileSystem);
    }
  }

  /** Checks {@code --storage-opt} of a container. */
  static void checkReadWrite(Map<String, String> options) {
    for (String key : options.keySet()) {
      if (!key.toLowerCase(Locale.ROOT).equals("size")) {
        throw new InvalidParameter("Unknown option " + key);
      }
      throw new SystemFailure(NO_QUOTA);
    }
  }
}
