package io.layerd.durable;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Files that appear together: written into {@code write-set-*}, then renamed as one directory.
 *
 * <p>Closing without {@link #commit} deletes them; a kill leaves the {@code write-set-*} directory,
 * which is to be swept at start.
 */
public final class WriteSet implements AutoCloseable {
  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;

  private final Sys sys;
  private final Flush flush;
  private final Path directory;
  private boolean finished;

  WriteSet(Sys sys, Flush flush, Path directory) throws IOException {
    this.sys = sys;
    this.flush = flush;
    this.directory = directory;
    sys.mkdirat(Sys.AT_FDCWD, Paths.bytes(directory), DIRECTORY_MODE);
    sys.fchmodat(Sys.AT_FDCWD, Paths.bytes(directory), DIRECTORY_MODE);
  }

  /** Where the files are until the commit. */
  public Path directory() {
    return directory;
  }

  /** Adds a file, mode 0644. */
  public void put(String name, String content) throws IOException {
    put(name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a file, mode 0644. */
  public void put(String name, byte[] content) throws IOException {
    int fd = open(name);
    try {
      sys.writeFully(fd, content);
      flush.file(fd);
    } finally {
      sys.close(fd);
    }
  }

  /** Adds a file, mode 0644, that is written as a stream; the stream must be closed. */
  public OutputStream create(String name) throws IOException {
    return new SyncedOutput(sys, open(name), flush::file);
  }

  private int open(String name) throws ErrnoException {
    int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL;
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(directory.resolve(name)), flags, FILE_MODE);
    try {
      sys.fchmod(fd, FILE_MODE);
      return fd;
    } catch (ErrnoException e) {
      sys.close(fd);
      throw e;
    }
  }

  /**
   * Gives the set its name. Durable on return.
   *
   * @param mode of the directory
   * @throws ErrnoException EEXIST or ENOTEMPTY if the name is taken
   */
  public void commit(Path name, int mode) throws IOException {
    flush.rename(directory, name, mode);
    finished = true;
  }

  /** Leaves the files where they are: someone else commits or deletes the directory. */
  public Path detach() {
    finished = true;
    return directory;
  }

  @Override
  public void close() throws IOException {
    if (!finished) {
      finished = true;
      delete();
    }
  }

  private void delete() throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, Paths.bytes(directory), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    try {
      for (DirEntry entry : sys.readDirectory(fd)) {
        sys.unlinkat(fd, entry.name(), 0);
      }
    } finally {
      sys.close(fd);
    }
    sys.unlinkat(Sys.AT_FDCWD, Paths.bytes(directory), Sys.AT_REMOVEDIR);
  }
}
