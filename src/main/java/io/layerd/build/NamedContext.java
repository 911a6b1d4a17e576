package io.layerd.build;

import java.nio.file.Path;

/** What the client says a name in the Dockerfile stands for. */
public sealed interface NamedContext {
  /** An image. */
  record OfImage(String name) implements NamedContext {}

  /** A directory that was fetched. */
  record OfFiles(Path root) implements NamedContext {}
}
