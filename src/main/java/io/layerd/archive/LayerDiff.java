package io.layerd.archive;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** Makes an OCI layer of what a container changed. OCI image-spec, layer.md. */
public final class LayerDiff {
  private LayerDiff() {}

  /**
   * Writes the upper directory of an overlay mount as a layer: whiteout devices become {@code .wh.}
   * files, opaque directories hold a {@code .wh..wh..opq}. Attributes of overlayfs are left out,
   * and so are sockets.
   */
  public static void write(Sys sys, Path upper, OutputStream out) throws IOException {
    try (RootDirectory directory = new RootDirectory(sys, upper)) {
      TarWriter tar = new TarWriter(out);
      TreeArchiver tree = new TreeArchiver(sys, new TarTree(sys, tar), true);
      tree.opaque(directory.root(), TarNames.EMPTY, sys.fstat(directory.root()));
      tree.children(directory.root(), TarNames.EMPTY, 0);
      tar.finish();
    } catch (ErrnoException e) {
      throw Errno.translate(e, e.call() + " " + upper);
    }
  }
}
