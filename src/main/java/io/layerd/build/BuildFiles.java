package io.layerd.build;

import java.nio.file.Path;

/** Where a build's files are. */
public interface BuildFiles {
  /** The context; may be fetched when it is first asked for. */
  Path context();

  /** A directory for what is fetched or written during the build. */
  Path scratch();
}
