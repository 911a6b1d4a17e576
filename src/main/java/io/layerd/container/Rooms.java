package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.image.ImageService;
import io.layerd.layer.LayerStore;
import io.layerd.network.NetworkService;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.security.Selinux;
import io.layerd.spec.LogConfig;
import io.layerd.sys.Sys;
import io.layerd.volume.VolumeStore;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What every operation needs.
 *
 * @param sys the kernel that files of containers are seen through
 * @param log the log driver of containers that name none, and its options
 * @param work runs blocking work that a process's end or a timer asked for
 * @param timer fires restarts and stop timeouts; never blocked
 */
record Rooms(
    Sys sys,
    LayerStore layers,
    ImageService images,
    ContainerRuntime runtime,
    NetworkService networks,
    VolumeStore volumes,
    Selinux selinux,
    EtcFiles etc,
    Logs logs,
    SharedMemory shm,
    ContainerEvents events,
    ContainerFiles files,
    ContainerIndex index,
    LogConfig log,
    Executor work,
    ScheduledExecutorService timer) {
  /** Whether a container's ids are not the host's. */
  boolean remaps(Container container) {
    return !sys.mappings().isNone() && !container.host.usernsMode().equals("host");
  }

  /**
   * Namespaces belong to a user namespace, and who joins one joins that as well.
   *
   * @throws InvalidParameter if the other one has the host's
   */
  void checkSameIds(Container container, String namespace, Container other) {
    if (remaps(container) && !remaps(other)) {
      throw new InvalidParameter(
          "cannot join the %s namespace of container %s: it has the host's user namespace, and this"
                  .formatted(namespace, other.plainName())
              + " container has its own: use --userns=host for both or for none");
    }
  }
}
