package io.layerd.build;

import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A directory for one build, gone when closed: a place for files of the client, and scratch. */
public final class Workspace implements AutoCloseable {
  private final Sys sys;
  private final ContextDirectory directory;
  private final KeptContexts kept;
  private final Map<String, Path> keys = new ConcurrentHashMap<>();

  Workspace(Sys sys, ContextDirectory directory, KeptContexts kept) {
    this.sys = sys;
    this.directory = directory;
    this.kept = kept;
  }

  /** Contexts of builds before. */
  public KeptContexts kept() {
    return kept;
  }

  /** Keeps one of the directories for the next build when this one ends. */
  public void keep(String key, Path whole) {
    keys.put(key, whole);
  }

  /** System calls, to write files by. */
  public Sys sys() {
    return sys;
  }

  /** An empty directory of its own for files of one kind. */
  public Path directory(String name) {
    try {
      Path made = Files.createDirectories(directory.scratch().resolveSibling(name));
      if (!sys.mappings().isNone()) {
        sys.lchownat(Sys.AT_FDCWD, TreePath.bytes(made), 0, 0);
      }
      return made;
    } catch (IOException e) {
      throw new SystemFailure("cannot make a directory for the build: " + e.getMessage(), e);
    }
  }

  public Path scratch() {
    return directory.scratch();
  }

  /**
   * Fetches a context that is elsewhere.
   *
   * @param keepGit whether what git needs of a repository stays among the files
   * @param target an empty directory
   * @return where the context is: the target, or a directory in it
   */
  public Path fetch(
      String url, Path target, boolean keepGit, BuildReport report, Cancellation cancellation)
      throws IOException, InterruptedException {
    String plain = GitQuery.plain(url);
    Path found = new RemoteContexts(sys, scratch(), cancellation).fetch(plain, target, report);
    Path git = target.resolve(".git");
    if (!keepGit && RemoteContexts.isGit(plain) && Files.isDirectory(git)) {
      ContextDirectory.delete(git);
    }
    return found;
  }

  /** Takes an archive in, or else a Dockerfile. */
  public void unpack(InputStream in, Path target, Cancellation cancellation) throws IOException {
    new RemoteContexts(sys, scratch(), cancellation).unpack(in, target);
  }

  @Override
  public void close() {
    keys.forEach(kept::keep);
    directory.close();
  }
}
