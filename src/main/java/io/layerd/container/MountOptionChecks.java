package io.layerd.container;

import io.layerd.error.InvalidParameter;
import io.layerd.spec.MountRequest;
import io.layerd.spec.TmpfsOptions;
import io.layerd.spec.VolumeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Refuses options that are not for a mount's type, or make no sense, in dockerd's words. */
final class MountOptionChecks {
  private static final Set<String> TMPFS_OPTIONS = Set.of("exec", "noexec");

  private MountOptionChecks() {}

  static void check(MountRequest asked) {
    String type = asked.type();
    ofType("BindOptions", asked.bindOptions(), "bind", type);
    ofType("VolumeOptions", asked.volumeOptions(), "volume", type);
    ofType("TmpfsOptions", asked.tmpfsOptions(), "tmpfs", type);
    if (asked.imageOptions() != null) {
      if (!type.equals("image")) {
        throw MountSpecs.invalid(type, "field ImageOptions must not be specified");
      }
      subpath(type, asked.imageOptions().subpath(), "image");
    }
    VolumeOptions volume = asked.volumeOptions();
    if (volume != null && !volume.subpath().isEmpty()) {
      if (asked.source().isEmpty()) {
        throw MountSpecs.invalid(type, "must not set Subpath when using anonymous volumes");
      }
      subpath(type, volume.subpath(), "volume");
    }
    tmpfs(asked.tmpfsOptions());
  }

  private static void ofType(String what, @Nullable Object options, String its, String type) {
    if (options != null && !its.equals(type)) {
      throw new InvalidParameter(what + " must not be specified on mount type \"" + type + "\"");
    }
  }

  private static void subpath(String type, String subpath, String of) {
    Path path = Path.of(subpath).normalize();
    if (path.isAbsolute() || path.startsWith("..")) {
      throw MountSpecs.invalid(type, "subpath must be a relative path within the " + of);
    }
  }

  private static void tmpfs(@Nullable TmpfsOptions options) {
    if (options == null || options.options() == null) {
      return;
    }
    for (List<String> option : options.options()) {
      if (option.isEmpty() || option.size() > 2) {
        throw MountSpecs.invalid("tmpfs", "invalid option array length");
      }
      if (!TMPFS_OPTIONS.contains(option.getFirst())) {
        throw MountSpecs.invalid("tmpfs", "invalid option: " + option.getFirst());
      }
    }
  }
}
