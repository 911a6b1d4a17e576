package io.layerd.archive;

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
      new TreeArchiver(sys, new TarTree(sys, tar), false)
          .children(directory.root(), TarNames.EMPTY, 0);
      tar.finish();
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call() + " " + root);
    }
  }

  /**
   * One file or directory and what is in it.
   *
   * @param parent an open directory that holds it
   * @param base its name there, not followed if it is a link; {@code .} for the directory itself
   * @param name what it is called in the tar
   */
  public static void write(Sys sys, int parent, byte[] base, byte[] name, OutputStream out)
      throws IOException {
    try {
      TarWriter tar = new TarWriter(out);
      new TreeArchiver(sys, new TarTree(sys, tar), false).one(parent, base, name, 0);
      tar.finish();
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call() + " " + TarNames.text(name));
    }
  }
}
