package io.layerd.graph.overlay2;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;

/** The options of overlay2, in dockerd's words. */
final class Overlay2Options {
  private static final Logger LOG = Logger.getLogger(Overlay2Options.class);
  private static final String NO_QUOTA =
      "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";

  private Overlay2Options() {}

  /** Checks {@code --storage-opt} of the daemon. */
  static void check(List<String> options) {
    for (String option : options) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw new InvalidParameter("unable to parse key/value option: " + option);
      }
      String key = option.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      switch (key) {
        case "overlay2.override_kernel_check" ->
            LOG.warn("DEPRECATED: the overlay2.override_kernel_check option is ignored");
        case "overlay2.size" -> throw new SystemFailure(NO_QUOTA);
        default -> throw new InvalidParameter("overlay2: unknown option " + key);
      }
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
