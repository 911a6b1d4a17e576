package io.layerd.daemon;

import io.layerd.graph.GraphDriver;
import io.layerd.graph.overlay2.Overlay2Driver;
import java.util.Locale;
import org.jboss.logging.Logger;

/** Chooses the storage driver and checks what it was told. */
final class StorageDriver {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final String OVERLAY2 = "overlay2";

  private StorageDriver() {}

  /**
   * Opens the driver of a data root.
   *
   * @throws StartupFailure if there is no such driver or option
   */
  static GraphDriver open(DaemonConfig config) {
    String name = config.storageDriver();
    if (name != null && !name.equals(OVERLAY2)) {
      throw new StartupFailure(
          "error initializing graphdriver: driver not supported: "
              + name
              + ": layerd has "
              + OVERLAY2);
    }
    config.storageOptions().forEach(StorageDriver::checkOption);
    return Overlay2Driver.open(config.dataRoot().resolve(OVERLAY2));
  }

  private static void checkOption(String option) {
    int equals = option.indexOf('=');
    if (equals < 0) {
      throw new StartupFailure(
          "error initializing graphdriver: unable to parse key/value option: " + option);
    }
    switch (option.substring(0, equals).trim().toLowerCase(Locale.ROOT)) {
      case "overlay2.override_kernel_check" ->
          LOG.warn("overlay2: the override_kernel_check option is ignored: kernels are new enough");
      case "overlay2.size" ->
          throw new StartupFailure(
              "error initializing graphdriver: Storage option overlay2.size not supported:"
                  + " layerd does not set quotas yet");
      default ->
          throw new StartupFailure(
              "error initializing graphdriver: overlay2: unknown option "
                  + option.substring(0, equals));
    }
  }
}
