package io.layerd.volume;

import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Mounts what a volume's options name, and unmounts it. */
final class VolumeMount {
  private static final Map<String, Long> FLAGS =
      Map.of(
          "ro", (long) Sys.MS_RDONLY,
          "nosuid", (long) Sys.MS_NOSUID,
          "nodev", (long) Sys.MS_NODEV,
          "noexec", (long) Sys.MS_NOEXEC,
          "bind", (long) Sys.MS_BIND,
          "rbind", (long) (Sys.MS_BIND | Sys.MS_REC));

  private final Mounts mounts;

  VolumeMount(Mounts mounts) {
    this.mounts = mounts;
  }

  /** Nothing happens if it is mounted already, by an earlier daemon. */
  void mount(String name, VolumeOptionsFile options, Path target) {
    try {
      if (mounts.isMountPoint(target)) {
        return;
      }
      long flags = 0;
      List<String> data = new ArrayList<>();
      for (String option : options.options().split(",")) {
        Long flag = FLAGS.get(option);
        if (flag != null) {
          flags |= flag;
        } else if (!option.isEmpty() && !option.equals("rw") && !option.equals("defaults")) {
          data.add(option);
        }
      }
      String type = options.type().isEmpty() ? "none" : options.type();
      mounts.mount(options.device(), target, type, flags, String.join(",", data));
    } catch (IOException e) {
      throw new SystemFailure(
          "error while mounting volume '"
              + name
              + "': failed to mount local volume: mount "
              + options.device()
              + ":"
              + target
              + ": "
              + e.getMessage(),
          e);
    }
  }

  void unmount(Path target) {
    try {
      mounts.unmount(target);
    } catch (ErrnoException e) {
      throw new SystemFailure("cannot unmount volume " + target + ": " + e.getMessage(), e);
    }
  }
}
