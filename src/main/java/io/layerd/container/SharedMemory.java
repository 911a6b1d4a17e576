package io.layerd.container;

import io.layerd.error.Conflict;
import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.security.Selinux;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code /dev/shm} of containers that share it ({@code --ipc shareable}, {@code --ipc
 * container:X}): a tmpfs on the host at {@code containers/<id>/mounts/shm}. Private ones have their
 * own inside.
 */
final class SharedMemory {
  private static final Logger LOG = Logger.getLogger(SharedMemory.class);

  /** nosuid, nodev, noexec; mount(2). */
  private static final long FLAGS = 2 | 4 | 8;

  private final Sys sys;
  private final Mounts mounts;
  private final Selinux selinux;

  SharedMemory(Sys sys, Selinux selinux) {
    this.sys = sys;
    this.mounts = new Mounts(sys.outside());
    this.selinux = selinux;
  }

  /** The mount for a container that starts; null if the runtime makes a private one. */
  @Nullable BindMount prepare(Container container, ContainerIndex index) {
    String mode = container.host.ipcMode();
    if (mode.equals("shareable")) {
      return bind(mount(container));
    }
    if (!mode.startsWith("container:")) {
      return null;
    }
    Container donor = index.get(mode.substring("container:".length()));
    if (donor.host.ipcMode().equals("host")) {
      return bind(Path.of("/dev/shm"));
    }
    if (!donor.host.ipcMode().equals("shareable")) {
      throw new Conflict(
          "failed to join IPC namespace: container "
              + donor.id
              + ": non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
    }
    return bind(place(donor));
  }

  private static BindMount bind(Path source) {
    return new BindMount("bind", source.toString(), "/dev/shm", List.of("rbind", "rprivate", "rw"));
  }

  private static Path place(Container container) {
    return container.file("mounts").resolve("shm");
  }

  private Path mount(Container container) {
    Path place = place(container);
    try {
      Files.createDirectories(place);
      sys.letPass(container.file("mounts").toString().getBytes(StandardCharsets.UTF_8));
      mounts.unmount(place);
      String data =
          String.format(
              Locale.ROOT,
              "mode=1777,size=%d%s",
              container.host.shmSize(),
              sys.mappings().tmpfsOwner());
      String labelled = Selinux.mountData(data, selinux.applied(container.labels).mount());
      mounts.mount("shm", place, "tmpfs", FLAGS, labelled);
      return place;
    } catch (IOException e) {
      throw new SystemFailure("mounting shm tmpfs at " + place + ": " + e.getMessage(), e);
    }
  }

  /** Takes the mount back, if there is one. */
  void release(Container container) {
    if (container.host.ipcMode().equals("shareable")) {
      try {
        mounts.unmount(place(container));
      } catch (IOException e) {
        LOG.warnf("container %s: cannot unmount its shm: %s", container.shortId(), e.getMessage());
      }
    }
  }
}
