package io.layerd.container;

import io.layerd.spec.ContainerConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container to be made an image.
 *
 * @param repository name of the image; empty for none
 * @param tag empty for the repository's own, or {@code latest}
 * @param pause whether a running container stands still meanwhile
 * @param changes Dockerfile instructions
 * @param config in place of the container's own, which only fills what it leaves open; null for
 *     none
 */
public record CommitRequest(
    String container,
    String repository,
    String tag,
    String comment,
    String author,
    boolean pause,
    List<String> changes,
    @Nullable ContainerConfig config) {
  public CommitRequest {
    changes = List.copyOf(changes);
  }
}
