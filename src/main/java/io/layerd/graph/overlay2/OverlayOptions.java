package io.layerd.graph.overlay2;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The option string of an overlay mount, with absolute names or relative to the home directory. */
record OverlayOptions(String prefix, boolean relative, String text) {
  private static final Path INDEX = Path.of("/sys/module/overlay/parameters/index");

  /** {@code index=off,} where the kernel knows it: an index would refuse to share lowers. */
  static String prefixOfThisKernel() {
    return Files.exists(INDEX) ? "index=off," : "";
  }

  /**
   * The options for a layer that has others below it.
   *
   * @param readOnly whether the layer has children, and so must not change
   * @param limitBytes the longest string the kernel takes; above it, names are relative
   */
  static OverlayOptions of(
      Layout layout,
      String id,
      List<String> lowers,
      boolean readOnly,
      String prefix,
      int limitBytes) {
    OverlayOptions absolute =
        new OverlayOptions(prefix, false, text(layout.home() + "/", id, lowers, readOnly, prefix));
    if (absolute.lengthBytes() <= limitBytes) {
      return absolute;
    }
    return new OverlayOptions(prefix, true, text("", id, lowers, readOnly, prefix));
  }

  private static String text(
      String base, String id, List<String> lowers, boolean readOnly, String prefix) {
    List<String> directories = new ArrayList<>();
    if (readOnly) {
      directories.add(base + id + "/diff");
    }
    for (String lower : lowers) {
      directories.add(base + lower);
    }
    String options = prefix + "lowerdir=" + String.join(":", directories);
    if (readOnly) {
      return options;
    }
    return options + ",upperdir=" + base + id + "/diff,workdir=" + base + id + "/work";
  }

  int lengthBytes() {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
