package io.layerd.daemon;

import io.layerd.error.EngineException;
import io.layerd.graph.GraphDriver;
import io.layerd.layer.LayerLimits;
import io.layerd.layer.StorageDrivers;
import io.layerd.sys.Sys;

/** Opens the storage driver with the words of a failed start. */
final class StorageDriver {
  private StorageDriver() {}

  /**
   * Opens the driver of a data root: the one asked for, or the one whose layers are there.
   *
   * @throws StartupFailure if there is no such driver or option, or this host cannot carry it
   */
  static GraphDriver open(Sys sys, DaemonConfig config) {
    try {
      return StorageDrivers.open(
          sys, config.dataRoot(), config.storageDriver(), limits(config).driverOptions());
    } catch (EngineException e) {
      throw new StartupFailure("error initializing graphdriver: " + e.getMessage(), e);
    }
  }

  /**
   * What layers may hold.
   *
   * @throws StartupFailure if a limit is not one
   */
  static LayerLimits limits(DaemonConfig config) {
    try {
      return LayerLimits.of(config.storageOptions());
    } catch (EngineException e) {
      throw new StartupFailure(e.getMessage(), e);
    }
  }
}
