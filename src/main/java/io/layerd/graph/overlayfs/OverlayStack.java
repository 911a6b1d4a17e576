package io.layerd.graph.overlayfs;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is mounted where, by names relative to a driver's home.
 *
 * @param lowers top first
 * @param upper empty for a mount that must not change anything
 * @param work empty if {@code upper} is
 * @param merged the mount point
 */
public record OverlayStack(List<String> lowers, String upper, String work, String merged) {
  private static final Path INDEX = Path.of("/sys/module/overlay/parameters/index");

  public OverlayStack {
    lowers = List.copyOf(lowers);
  }

  /** Nothing can be written through such a mount. */
  public static OverlayStack readOnly(List<String> lowers, String merged) {
    return new OverlayStack(lowers, "", "", merged);
  }

  /** {@code index=off,} where the kernel knows it: an index would refuse to share lowers. */
  static String prefixOfThisKernel() {
    return Files.exists(INDEX) ? "index=off," : "";
  }

  /**
   * The mount options.
   *
   * @param base goes before each name: empty, or an absolute directory with its slash
   */
  String options(String prefix, String base) {
    String below = lowers.stream().map(lower -> base + lower).collect(Collectors.joining(":"));
    String options = prefix + "lowerdir=" + below;
    if (upper.isEmpty()) {
      return options;
    }
    return options + ",upperdir=" + base + upper + ",workdir=" + base + work;
  }

  static int lengthBytes(String options) {
    return options.getBytes(StandardCharsets.UTF_8).length;
  }

  /** Whether a directory's name would be taken apart in mount options. */
  static boolean needsEscape(String base) {
    return base.indexOf(',') >= 0 || base.indexOf(':') >= 0 || base.indexOf('\\') >= 0;
  }
}
