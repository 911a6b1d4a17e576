package io.layerd.archive;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Makes the exact tar of a layer again. */
public final class TarSplit {
  private TarSplit() {}

  /**
   * Puts a layer's tar together from its tar-split record and its files.
   *
   * <p>Files are opened inside the directory, whatever links lie in it, and checked against their
   * recorded checksums while they are read. Whoever reads must still check that the whole has the
   * layer's diff ID.
   *
   * @param tarSplitGz {@code tar-split.json.gz}; closed with the result
   * @param diffDirectory the directory the layer was unpacked to
   * @return the tar; reading throws an IOException that says which file is missing or differs
   */
  public static InputStream assemble(Sys sys, InputStream tarSplitGz, Path diffDirectory)
      throws IOException {
    return new AssembledTar(sys, tarSplitGz, diffDirectory);
  }

  /**
   * Length of the tar that a record describes, without looking at the layer's files.
   *
   * @param tarSplitGz {@code tar-split.json.gz}; not closed
   */
  public static long sizeBytes(InputStream tarSplitGz) throws IOException {
    return TarSplitSize.of(tarSplitGz);
  }
}
