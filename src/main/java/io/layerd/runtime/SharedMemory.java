package io.layerd.runtime;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The /dev/shm of a container with a shareable IPC namespace: mounted on the host, so that others
 * can bind it.
 */
final class SharedMemory {
  private static final String CONTAINER = "container:";
  private static final int EINVAL = 22;
  private static final int ENOENT = 2;

  private final Sys sys;

  SharedMemory(Sys sys) {
    this.sys = sys;
  }

  private static BindMount bind(Bundle bundle) {
    return new BindMount(
        "bind", bundle.sharedMemory().toString(), "/dev/shm", List.of("rbind", "rprivate"));
  }

  /** A shareable /dev/shm is mounted on the host; whoever joins the namespace gets the same. */
  LaunchRequest share(LaunchRequest request, Bundle bundle, Collection<WatchedProcess> running) {
    String mode = request.host().ipcMode();
    Bundle owner = null;
    if (mode.equals("shareable")) {
      long size = request.host().shmSize();
      mount(bundle, size > 0 ? size : ContainerDefaults.SHM_BYTES);
      owner = bundle;
    } else if (mode.startsWith(CONTAINER)) {
      Integer pid = request.namespacesOf().get("ipc");
      for (WatchedProcess process : running) {
        if (pid != null && process.pid() == pid) {
          owner = process.bundle();
        }
      }
      if (owner != null && !Files.isDirectory(owner.sharedMemory())) {
        throw new InvalidParameter(
            "failed to join IPC namespace: container "
                + owner.directory().getFileName()
                + ": non-shareable IPC (hint: use IpcMode:shareable for the donor container)");
      }
    }
    boolean taken = request.mounts().stream().anyMatch(m -> m.destination().equals("/dev/shm"));
    if (owner == null || taken) {
      return request;
    }
    List<BindMount> mounts = new ArrayList<>(request.mounts());
    mounts.add(bind(owner));
    return request.withMounts(mounts);
  }

  private void mount(Bundle bundle, long sizeBytes) {
    Path path = bundle.sharedMemory();
    try {
      Files.createDirectories(path);
      sys.mount(
          "shm",
          path.toString(),
          "tmpfs",
          Sys.MS_NOSUID | Sys.MS_NODEV | Sys.MS_NOEXEC,
          "mode=1777,size=" + sizeBytes + sys.mappings().tmpfsOwner());
    } catch (IOException e) {
      throw new SystemFailure("mounting shm tmpfs: " + e.getMessage(), e);
    }
  }

  /** Absent is success. */
  void unmount(Bundle bundle) {
    if (!Files.isDirectory(bundle.sharedMemory())) {
      return;
    }
    try {
      sys.umount2(bundle.sharedMemory().toString(), Sys.MNT_DETACH);
    } catch (ErrnoException e) {
      if (e.errno() != EINVAL && e.errno() != ENOENT) {
        throw new SystemFailure("unmounting shm: " + e.getMessage(), e);
      }
    }
  }
}
