package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The /dev/shm of a container with a shareable IPC namespace: mounted on the host, so that others
 * can bind it.
 */
final class SharedMemory {
  private static final int EINVAL = 22;
  private static final int ENOENT = 2;

  private final Sys sys;

  SharedMemory(Sys sys) {
    this.sys = sys;
  }

  static BindMount bind(Bundle bundle) {
    return new BindMount(
        "bind", bundle.sharedMemory().toString(), "/dev/shm", List.of("rbind", "rprivate"));
  }

  void mount(Bundle bundle, long sizeBytes) {
    Path path = bundle.sharedMemory();
    try {
      Files.createDirectories(path);
      sys.mount(
          "shm",
          path.toString(),
          "tmpfs",
          Sys.MS_NOSUID | Sys.MS_NODEV | Sys.MS_NOEXEC,
          "mode=1777,size=" + sizeBytes);
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
