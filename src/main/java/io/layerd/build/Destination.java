package io.layerd.build;

import io.layerd.archive.ArchiveExtraction;
import io.layerd.error.InvalidParameter;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where COPY and ADD put things: a path in the mounted layers of the image to be. */
final class Destination {
  private final Sys sys;
  private final Path root;
  private final String path;
  private final Directories directories;
  private final TreeCopy copy;

  /**
   * @param path absolute; a slash at the end says that it is a directory
   * @param options of every copy
   * @param made how directories are made
   */
  Destination(Sys sys, Path root, String path, TreeCopy.Options options, Directories made) {
    this.sys = sys;
    this.root = root;
    this.path = path;
    directories = made;
    copy = new TreeCopy(sys, options);
  }

  /** Copies a file to the path, or into it if it is a directory; of a directory what is in it. */
  void add(CopySource source) throws ErrnoException {
    TreePath there = TreePath.follow(sys, root, path);
    if (source.stat().isDirectory()) {
      directory(there, "failed to copy directory", false);
      copy.contents(source.host(), there.host(), false);
      return;
    }
    boolean into = path.endsWith("/") || (there.stat() != null && there.stat().isDirectory());
    if (!into) {
      directoryOf(there.host());
      copy.copy(source.host(), there.host());
      return;
    }
    directory(there, "failed to create new directory", true);
    String name = new String(source.name(), StandardCharsets.UTF_8);
    TreePath target = TreePath.follow(sys, root, path + "/" + name);
    Stat stat = target.stat();
    if (stat != null && stat.isDirectory()) {
      throw new InvalidParameter(
          "failed to copy files: cannot overwrite directory " + path + name + " with a file");
    }
    copy.copy(source.host(), target.host());
  }

  /** Unpacks an archive into the path, which becomes a directory. */
  void unpack(CopySource source) throws IOException {
    TreePath there = TreePath.follow(sys, root, path);
    directory(there, "failed to create new directory", true);
    int fd = sys.openat(Sys.AT_FDCWD, there.host(), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    Path archive = Path.of(new String(source.host(), StandardCharsets.UTF_8));
    try (InputStream in = Files.newInputStream(archive)) {
      ArchiveExtraction.extract(sys, fd, in, new ArchiveExtraction.Options(false, path, null));
    }
  }

  private void directory(TreePath there, String what, boolean above) throws ErrnoException {
    Stat stat = there.stat();
    if (stat == null) {
      directories.make(there.host(), above);
    } else if (!stat.isDirectory()) {
      throw new InvalidParameter(
          "failed to copy files: " + what + ": mkdir " + path + ": not a directory");
    }
  }

  private void directoryOf(byte[] host) throws ErrnoException {
    directories.make(Directories.parent(host), true);
  }
}
