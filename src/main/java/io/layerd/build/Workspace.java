package io.layerd.build;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory for one build, gone when closed: a place for files of the client, and scratch. */
public final class Workspace implements AutoCloseable {
  private final Sys sys;
  private final ContextDirectory directory;

  Workspace(Sys sys, ContextDirectory directory) {
    this.sys = sys;
    this.directory = directory;
  }

  /** System calls, to write files by. */
  public Sys sys() {
    return sys;
  }

  /** An empty directory of its own for files of one kind. */
  public Path directory(String name) {
    try {
      return Files.createDirectories(directory.scratch().resolveSibling(name));
    } catch (IOException e) {
      throw new SystemFailure("cannot make a directory for the build: " + e.getMessage(), e);
    }
  }

  public Path scratch() {
    return directory.scratch();
  }

  @Override
  public void close() {
    directory.close();
  }
}
