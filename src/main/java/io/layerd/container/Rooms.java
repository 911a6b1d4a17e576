package io.layerd.container;

import io.layerd.image.ImageService;
import io.layerd.layer.LayerStore;
import io.layerd.network.NetworkService;
import io.layerd.runtime.ContainerRuntime;
import io.layerd.security.Selinux;
import io.layerd.spec.LogConfig;
import io.layerd.volume.VolumeStore;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What every operation needs.
 *
 * @param log the log driver of containers that name none, and its options
 * @param work runs blocking work that a process's end or a timer asked for
 * @param timer fires restarts and stop timeouts; never blocked
 */
record Rooms(
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
    ScheduledExecutorService timer) {}
