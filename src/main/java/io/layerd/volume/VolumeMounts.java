package io.layerd.volume;

import io.layerd.error.SystemFailure;
import io.layerd.mount.Mounts;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Mounts what a volume's options say on its directory. */
final class VolumeMounts {
  private final Mounts mounts;

  VolumeMounts(Mounts mounts) {
    this.mounts = mounts;
  }

  /** Mounted already is success: an earlier daemon did it. */
  void mount(Path target, LocalOptions options) {
    MountOptions parsed = MountOptions.parse(options.options());
    try {
      if (mounts.isMountPoint(target)) {
        return;
      }
      if (Set.of("nfs", "nfs4", "cifs").contains(options.type())) {
        parsed = parsed.resolved();
      }
      mounts.mount(options.device(), target, options.type(), parsed.flags(), parsed.data());
      if (parsed.propagation() != 0) {
        mounts.mount("", target, "", parsed.propagation(), "");
      }
    } catch (UnknownHostException e) {
      throw new SystemFailure(
          "error while mounting volume '%s': error resolving passed in network volume address: %s"
              .formatted(target, e.getMessage()),
          e);
    } catch (IOException e) {
      String flags = parsed.flags() == 0 ? "" : ", flags: 0x" + Long.toHexString(parsed.flags());
      String data = parsed.data().isEmpty() ? "" : ", data: " + parsed.data();
      throw new SystemFailure(
          "error while mounting volume '%s': failed to mount local volume: mount %s:%s%s%s: %s"
              .formatted(target, options.device(), target, flags, data, reason(e)),
          e);
    }
  }

  void unmount(Path target) {
    try {
      mounts.unmountAll(target);
    } catch (IOException e) {
      throw new SystemFailure(
          "error while unmounting volume '" + target + "': " + e.getMessage(), e);
    }
  }

  /** Whether deleting the directory would reach into another file system. */
  boolean anyBelow(Path directory) throws IOException {
    return !mounts.below(directory).isEmpty();
  }

  /** {@code mount x: no such device (ENODEV)} in the words of dockerd: {@code no such device}. */
  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    int colon = message.lastIndexOf(": ");
    int name = message.lastIndexOf(" (E");
    return colon >= 0 && name > colon
        ? message.substring(colon + 2, name).toLowerCase(Locale.ROOT)
        : message;
  }
}
