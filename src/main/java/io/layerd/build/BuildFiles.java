package io.layerd.build;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a build's files are. Called from several threads. */
public interface BuildFiles {
  /** The context; may be fetched when it is first asked for. */
  Path context();

  /** A directory for what is fetched or written during the build. */
  Path scratch();

  /** Whether an additional context stands for a name; fetches nothing. */
  default boolean replaces(String name) {
    return false;
  }

  /**
   * An additional context; may be fetched when it is first asked for.
   *
   * @param name in FROM or {@code --from}
   * @return null if there is none of that name
   */
  default @Nullable NamedContext named(String name) {
    return null;
  }
}
