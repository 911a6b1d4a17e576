package io.layerd.daemon.health;

import io.layerd.runtime.ContainerRuntime;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What the checks look at; known once everything has recovered. */
@ApplicationScoped
public class DaemonHealth {
  private volatile @Nullable Subjects subjects;

  /**
   * @param storage the storage driver's directory as it was when it was opened
   */
  public record Subjects(Path dataRoot, StorageHome storage, ContainerRuntime runtime) {}

  /** Recovery is over: readiness depends on the checks from now on. */
  public void recovered(Subjects all) {
    subjects = all;
  }

  @Nullable Subjects subjects() {
    return subjects;
  }
}
