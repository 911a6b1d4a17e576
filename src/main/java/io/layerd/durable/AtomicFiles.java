package io.layerd.durable;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Small files that are whole or absent after a crash, power cuts included.
 *
 * <p>Modes are set explicitly: the umask does not matter. A kill may leave a name that starts with
 * {@code .tmp-} beside the file; readers of directories must skip such names, and {@link
 * #isTemporary} tells them.
 */
public final class AtomicFiles {
  private static final String TEMPORARY = ".tmp-";

  private final Sys sys;
  private final Flush flush;

  public AtomicFiles(Sys sys) {
    this.sys = sys;
    this.flush = new Flush(sys);
  }

  /** On this machine's kernel. */
  public static AtomicFiles host() {
    return new AtomicFiles(Sys.host());
  }

  /** Whether a name is one that a killed {@link #write} leaves behind. */
  public static boolean isTemporary(String name) {
    return name.startsWith(TEMPORARY);
  }

  /** Writes or replaces a file. Durable on return; before that, the old content or the new. */
  public void write(Path file, byte[] content, int mode) throws IOException {
    Path directory = Paths.parent(file);
    Path temporary = directory.resolve(TEMPORARY + file.getFileName() + RandomNames.suffix());
    try {
      create(temporary, content, mode);
      Failpoint.FILE_WRITTEN.reached();
      sys.renameat(Sys.AT_FDCWD, Paths.bytes(temporary), Sys.AT_FDCWD, Paths.bytes(file));
    } catch (IOException e) {
      removeQuietly(temporary, e);
      throw e;
    }
    Failpoint.FILE_NAMED.reached();
    flush.directory(directory);
  }

  /** As {@link #write(Path, byte[], int)}, in UTF-8. */
  public void write(Path file, String content, int mode) throws IOException {
    write(file, content.getBytes(StandardCharsets.UTF_8), mode);
  }

  /**
   * Makes a new file whose name counts for nothing yet. Its content reaches the disk before
   * anything that this class or {@link WriteSet} gives a name to afterwards.
   *
   * @throws ErrnoException EEXIST if there is one
   */
  public void create(Path file, byte[] content, int mode) throws IOException {
    int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOFOLLOW;
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(file), flags, mode);
    try {
      sys.fchmod(fd, mode);
      if (content.length > 0) {
        sys.writeFully(fd, content);
        flush.file(fd);
      }
    } finally {
      sys.close(fd);
    }
  }

  /** Makes a directory with exactly this mode. */
  public void createDirectory(Path directory, int mode) throws IOException {
    byte[] name = Paths.bytes(directory);
    sys.mkdirat(Sys.AT_FDCWD, name, mode);
    sys.fchmodat(Sys.AT_FDCWD, name, mode);
  }

  /** Makes a directory and what is missing above it; one that exists keeps its mode. */
  public void createDirectories(Path directory, int mode) throws IOException {
    if (sys.findat(Sys.AT_FDCWD, Paths.bytes(directory)) != null) {
      return;
    }
    createDirectories(Paths.parent(directory), mode);
    try {
      createDirectory(directory, mode);
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EEXIST)) {
        throw e;
      }
    }
  }

  /** Renames a file or directory. Durable on return; before that, either name. */
  public void rename(Path from, Path to) throws IOException {
    sys.renameat(Sys.AT_FDCWD, Paths.bytes(from), Sys.AT_FDCWD, Paths.bytes(to));
    flush.directory(Paths.parent(to));
    if (!Paths.parent(from).equals(Paths.parent(to))) {
      flush.directory(Paths.parent(from));
    }
  }

  /**
   * Gives a directory of finished files its name, on the same file system. Durable on return.
   *
   * @param mode of the directory
   * @throws ErrnoException EEXIST or ENOTEMPTY if the name is taken
   */
  public void publish(Path directory, Path name, int mode) throws IOException {
    flush.rename(directory, name, mode);
  }

  /** Makes the names in a directory durable. */
  public void syncDirectory(Path directory) throws IOException {
    flush.directory(directory);
  }

  /** Writes everything in the file system that holds the path to the device. */
  public void syncFileSystem(Path path) throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(path), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try {
      sys.syncfs(fd);
    } finally {
      sys.close(fd);
    }
  }

  /**
   * Begins a directory of files that gets its name as a whole.
   *
   * @param staging an existing directory on the same file system as the final name
   */
  public WriteSet begin(Path staging) throws IOException {
    return new WriteSet(sys, flush, staging.resolve("write-set-" + RandomNames.suffix()));
  }

  private void removeQuietly(Path file, IOException cause) {
    try {
      sys.unlinkat(Sys.AT_FDCWD, Paths.bytes(file), 0);
    } catch (ErrnoException e) {
      cause.addSuppressed(e);
    }
  }
}
