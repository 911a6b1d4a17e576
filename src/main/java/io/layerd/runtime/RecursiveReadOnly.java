package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.LaunchRequest.BindMount;
import io.layerd.spec.MountRequest;
import java.util.List;

/** Mounts that are read-only with all that is mounted below them, where runtime and kernel can. */
final class RecursiveReadOnly {
  private static final String RECURSIVE = "rro";

  private RecursiveReadOnly() {}

  /** mount_setattr(2) came with Linux 5.12. */
  static boolean kernel(String release) {
    String[] words = release.split("[.-]", 3);
    try {
      int major = Integer.parseInt(words[0]);
      return major > 5 || (major == 5 && Integer.parseInt(words[1]) >= 12);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return false;
    }
  }

  /**
   * @throws SystemFailure if a mount insists on it and there is no such thing
   */
  static LaunchRequest apply(LaunchRequest request, boolean supported) {
    if (supported) {
      return request;
    }
    List<MountRequest> asked = request.host().mounts();
    if (asked != null
        && asked.stream()
            .anyMatch(
                one -> one.bindOptions() != null && one.bindOptions().readOnlyForceRecursive())) {
      throw new SystemFailure(
          "recursively read-only mounts are not supported by the runtime or the kernel");
    }
    return request.withMounts(
        request.mounts().stream()
            .map(
                mount ->
                    new BindMount(
                        mount.type(),
                        mount.source(),
                        mount.destination(),
                        mount.options().stream().filter(one -> !one.equals(RECURSIVE)).toList()))
            .toList());
  }
}
