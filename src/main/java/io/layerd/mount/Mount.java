package io.layerd.mount;

import java.nio.file.Path;
import java.util.List;

/**
 * A line of {@code /proc/self/mountinfo}: proc(5).
 *
 * @param root the directory of the file system that is mounted
 * @param options of this mount
 * @param propagation such as {@code shared:3}; empty for a private mount
 * @param superOptions of the file system
 */
public record Mount(
    int id,
    int parentId,
    String device,
    String root,
    Path mountPoint,
    String options,
    List<String> propagation,
    String type,
    String source,
    String superOptions) {
  public Mount {
    propagation = List.copyOf(propagation);
  }

  public boolean isShared() {
    return propagation.stream().anyMatch(field -> field.startsWith("shared:"));
  }

  public boolean isSlave() {
    return propagation.stream().anyMatch(field -> field.startsWith("master:"));
  }
}
