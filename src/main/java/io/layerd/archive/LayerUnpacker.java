package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Applies a layer tar to a directory and records how to make the same tar again, in one pass.
 *
 * <p>OCI image-spec, layer.md; whiteouts become overlayfs whiteouts (a character device 0:0, {@code
 * trusted.overlay.opaque}) or, for {@link Whiteouts#DELETE}, deletions. Names are bytes. Every name
 * is resolved inside the directory: an entry that would leave it is refused or, for a symbolic link
 * on the way, followed as if the directory were the root.
 */
public interface LayerUnpacker {
  /** How {@code .wh.} entries act. */
  enum Whiteouts {
    OVERLAY,
    DELETE
  }

  /**
   * Reads the stream to its end and unpacks it.
   *
   * @param tar an uncompressed tar
   * @param directory an existing directory, empty for OVERLAY
   * @param tarSplit receives the gzip-compressed tar-split JSON; not closed
   * @throws InvalidParameter if the tar is malformed or hostile; what was unpacked until then must
   *     be discarded
   */
  UnpackResult unpack(InputStream tar, Path directory, Whiteouts whiteouts, OutputStream tarSplit)
      throws IOException;
}
