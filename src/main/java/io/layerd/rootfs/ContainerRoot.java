package io.layerd.rootfs;

import io.layerd.archive.ArchiveExtraction;
import io.layerd.archive.DirectoryArchive;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.rootfs.Resolver.Missing;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;

/**
 * The root directory of one container, open while {@link RootView} shows it. Paths are the
 * container's, absolute or not; links in them lead where they would lead inside. Methods throw
 * {@link NotFound} for what is missing.
 */
public final class ContainerRoot {
  private static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY;

  private final Sys sys;
  private final int root;
  private final Resolver resolver;

  ContainerRoot(Sys sys, int root) {
    this.sys = sys;
    this.root = root;
    this.resolver = new Resolver(sys, root);
  }

  int descriptor() {
    return root;
  }

  /** What a path is; a link at its end is not followed unless a slash comes after it. */
  public PathStat stat(String path) {
    InsidePath inside = InsidePath.parse(path);
    try (Place place = find(inside)) {
      return stat(inside, place);
    }
  }

  private PathStat stat(InsidePath inside, Place place) {
    Stat stat = place.stat();
    String target = "";
    if (stat.isSymlink()) {
      target =
          resolver.follow(
              inside.clean(),
              Missing.KEEP,
              "evalSymlinksInScope: too many links in " + inside.clean());
    }
    return new PathStat(
        inside.name(),
        stat.sizeBytes(),
        GoMode.of(stat),
        Instant.ofEpochSecond(stat.mtimeSeconds(), stat.mtimeNanos()),
        target);
  }

  /** Where the bytes of an archive go, once it is known of what. */
  public interface Receiver {
    OutputStream open(PathStat stat) throws IOException;
  }

  /** Writes a file, or a directory with all in it, as a tar whose names begin with the path's. */
  public void archive(String path, Receiver receiver) throws IOException {
    InsidePath inside = InsidePath.parse(path);
    try (Place place = find(inside)) {
      PathStat stat = stat(inside, place);
      OutputStream out = receiver.open(stat);
      DirectoryArchive.write(sys, place.parent(), place.base(), Resolver.bytes(inside.name()), out);
    }
  }

  /** A name in an open directory. */
  @SuppressWarnings("ArrayRecordComponent") // names are bytes
  private record Place(Sys sys, int parent, byte[] base, Stat stat) implements AutoCloseable {
    @Override
    public void close() {
      sys.close(parent);
    }
  }

  private Place find(InsidePath inside) {
    String shown = inside.wantsDirectory() ? inside.clean() + "/" : inside.clean();
    int slash = inside.clean().lastIndexOf('/');
    String parent = inside.wantsDirectory() ? inside.clean() : inside.clean().substring(0, slash);
    byte[] base =
        Resolver.bytes(inside.wantsDirectory() ? "." : inside.clean().substring(slash + 1));
    String resolved = resolver.follow(parent, Missing.REFUSE, endless(shown));
    int fd = -1;
    try {
      fd = resolver.open(resolved, DIRECTORY);
      return new Place(sys, fd, base, sys.lstatat(fd, base));
    } catch (ErrnoException e) {
      if (fd >= 0) {
        sys.close(fd);
      }
      throw Resolver.failure(e, shown);
    }
  }

  private static String endless(String path) {
    return "lstat " + path + ": too many levels of symbolic links";
  }

  /**
   * The directory a path leads to, all links followed.
   *
   * @throws InvalidParameter {@code extraction point is not a directory}
   */
  public String directory(String path) {
    InsidePath inside = InsidePath.parse(path);
    String resolved =
        resolver.follow(inside.clean(), Missing.REFUSE, "EvalSymlinks: too many links");
    try {
      int fd = resolver.open(resolved, Sys.O_PATH);
      try {
        if (!sys.fstat(fd).isDirectory()) {
          if (inside.wantsDirectory()) {
            throw new SystemFailure("lstat " + inside.clean() + "/: not a directory");
          }
          throw new InvalidParameter("extraction point is not a directory");
        }
        return resolved;
      } finally {
        sys.close(fd);
      }
    } catch (ErrnoException e) {
      throw Resolver.failure(e, inside.clean());
    }
  }

  /**
   * Unpacks an archive into a directory.
   *
   * @param directory as {@link #directory} answered it
   */
  public void extract(String directory, InputStream archive, ArchiveExtraction.Options options)
      throws IOException {
    int fd;
    try {
      fd = resolver.open(directory, DIRECTORY);
    } catch (ErrnoException e) {
      throw Resolver.failure(e, directory);
    }
    ArchiveExtraction.extract(sys, fd, archive, options);
  }
}
