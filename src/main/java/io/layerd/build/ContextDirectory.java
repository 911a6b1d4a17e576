package io.layerd.build;

import io.layerd.archive.ArchiveExtraction;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jboss.logging.Logger;

/** A build's files, unpacked into a directory of their own that is gone when closed. */
final class ContextDirectory implements AutoCloseable, BuildFiles {
  private static final Logger LOG = Logger.getLogger(ContextDirectory.class);
  private static final long MOST_DOCKERFILE_BYTES = 16L << 20;
  private static final String IGNORE_FILE = ".dockerignore";
  private static final String PREFIX = "docker-builder";

  private final Sys sys;
  private final Path directory;
  private @org.jspecify.annotations.Nullable Path inside;

  private ContextDirectory(Sys sys, Path directory) {
    this.sys = sys;
    this.directory = directory;
  }

  /** Makes an empty one below a directory. */
  static ContextDirectory create(Sys sys, Path work) {
    try {
      Files.createDirectories(work);
      ContextDirectory made = new ContextDirectory(sys, Files.createTempDirectory(work, PREFIX));
      Files.createDirectory(made.context());
      Files.createDirectory(made.scratch());
      made.letPass(work);
      return made;
    } catch (IOException e) {
      throw new SystemFailure("cannot make a directory for the build in " + work + ": " + e, e);
    }
  }

  /** What a step's program mounts lies in here, and is its root's. */
  private void letPass(Path work) throws ErrnoException {
    if (!sys.mappings().isNone()) {
      for (Path passed : List.of(work, directory, scratch())) {
        sys.letPass(TreePath.bytes(passed));
      }
      sys.lchownat(Sys.AT_FDCWD, TreePath.bytes(context()), 0, 0);
    }
  }

  /** Deletes those of builds that ended with their daemon; none may be under way. */
  static void sweep(Sys sys, Path work) {
    if (!Files.isDirectory(work)) {
      return;
    }
    try (DirectoryStream<Path> left = Files.newDirectoryStream(work, PREFIX + "*")) {
      for (Path directory : left) {
        LOG.infof("Deleting %s of a build that was cut off", directory);
        new ContextDirectory(sys, directory).close();
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.warnf("cannot look for what builds left in %s: %s", work, e.getMessage());
    }
  }

  @Override
  public Path context() {
    return inside == null ? directory.resolve("context") : inside;
  }

  @Override
  public Path scratch() {
    return directory.resolve("scratch");
  }

  /** The context is a directory inside what was fetched. */
  void moveTo(Path files) {
    inside = files;
  }

  /**
   * Takes in an archive, compressed or not.
   *
   * @throws InvalidParameter if it is malformed or hostile
   */
  void unpack(InputStream archive) {
    try {
      int fd =
          sys.openat(Sys.AT_FDCWD, TreePath.bytes(context()), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
      ArchiveExtraction.extract(sys, fd, archive, new ArchiveExtraction.Options(false, "/", null));
    } catch (EngineException e) {
      throw new InvalidParameter("Error processing tar file: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new InvalidParameter("cannot read the build context: " + e.getMessage(), e);
    }
  }

  /**
   * The text of a file in the context.
   *
   * @throws InvalidParameter if there is none, or it is too large
   */
  String dockerfile(String name) {
    try {
      TreePath path = TreePath.follow(sys, context(), name);
      Stat stat = path.stat();
      if (stat == null && name.equals("Dockerfile")) {
        path = TreePath.follow(sys, context(), "dockerfile");
        stat = path.stat();
      }
      if (stat == null) {
        throw new InvalidParameter("Cannot locate specified Dockerfile: " + name);
      }
      if (!stat.isRegular() || stat.sizeBytes() > MOST_DOCKERFILE_BYTES) {
        throw new InvalidParameter("the Dockerfile (" + name + ") is no file of a usual size");
      }
      if (stat.sizeBytes() == 0) {
        throw new InvalidParameter("the Dockerfile (" + name + ") cannot be empty");
      }
      return Files.readString(host(path), StandardCharsets.UTF_8);
    } catch (java.nio.charset.CharacterCodingException e) {
      throw new InvalidParameter("the Dockerfile (" + name + ") is not UTF-8", e);
    } catch (IOException e) {
      throw new SystemFailure("cannot read the Dockerfile: " + e.getMessage(), e);
    }
  }

  private static Path host(TreePath path) {
    return Path.of(new String(path.host(), StandardCharsets.UTF_8));
  }

  /**
   * Clients leave out what {@code .dockerignore} names, but for the two files that the daemon has
   * to read: those are taken away here.
   */
  void dropReadFiles(String dockerfile) {
    try {
      TreePath ignore = TreePath.follow(sys, context(), IGNORE_FILE);
      if (ignore.stat() == null
          || !ignore.stat().isRegular()
          || ignore.stat().sizeBytes() > MOST_DOCKERFILE_BYTES) {
        return;
      }
      IgnoreFile rules = IgnoreFile.parse(Files.readString(host(ignore)));
      for (String name : new String[] {dockerfile, IGNORE_FILE}) {
        if (rules.excludes(name)) {
          sys.unlinkat(
              Sys.AT_FDCWD, TreeCopy.join(TreePath.bytes(context()), TreePath.bytes(name)), 0);
        }
      }
    } catch (ErrnoException e) {
      LOG.debugf("nothing to take away: %s", e.getMessage());
    } catch (IOException e) {
      throw new InvalidParameter("cannot read " + IGNORE_FILE + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    delete(directory);
  }

  /** Deletes a directory and what is in it. */
  static void delete(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path visited, @org.jspecify.annotations.Nullable IOException failure)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      LOG.warnf("cannot delete %s: %s", directory, e.getMessage());
    }
  }
}
