package io.layerd.logs;

import java.util.List;
import java.util.Map;

/**
 * The container that a log belongs to.
 *
 * @param name without its slash
 * @param image as it was asked for
 * @param imageId {@code sha256:...}
 * @param created when it was made, in RFC 3339
 * @param command path and arguments
 */
public record LogSubject(
    String id,
    String name,
    String image,
    String imageId,
    String created,
    List<String> command,
    Map<String, String> labels,
    List<String> env) {
  private static final int SHORT = 12;

  String shortId() {
    return id.substring(0, Math.min(SHORT, id.length()));
  }

  String shortImageId() {
    String hex = imageId.substring(imageId.indexOf(':') + 1);
    return hex.substring(0, Math.min(SHORT, hex.length()));
  }
}
