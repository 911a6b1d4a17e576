package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Makes tars of directories as they are: for export and for copies out of containers. */
public final class DirectoryArchive {
  private DirectoryArchive() {}

  /** Everything below a directory, without the directory itself. */
  public static void writeAll(Sys sys, Path root, OutputStream out) throws IOException {
    try (RootDirectory directory = new RootDirectory(sys, root)) {
      TarWriter tar = new TarWriter(out);
      new TreeArchiver(sys, tar, false).children(directory.root(), TarNames.EMPTY, 0);
      tar.finish();
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call() + " " + root);
    }
  }

  /**
   * One file or directory below a root and what is in it.
   *
   * @param root taken as {@code /} by every symbolic link on the way; the last component itself is
   *     not followed
   * @param path inside the root, with or without a leading slash
   * @param name what the path is called in the tar
   * @throws InvalidParameter if the path does not exist or climbs out
   */
  public static void write(Sys sys, Path root, String path, String name, OutputStream out)
      throws IOException {
    byte[] clean = TarNames.clean(TarNames.bytes(path));
    if (clean == null) {
      throw new InvalidParameter("path escapes from parent: " + path);
    }
    try (RootDirectory directory = new RootDirectory(sys, root)) {
      TarWriter tar = new TarWriter(out);
      int parent = directory.parentOf(clean);
      byte[] base = clean.length == 0 ? new byte[] {'.'} : TarNames.base(clean);
      new TreeArchiver(sys, tar, false).one(parent, base, TarNames.bytes(name), 0);
      tar.finish();
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call() + " " + path);
    }
  }
}
