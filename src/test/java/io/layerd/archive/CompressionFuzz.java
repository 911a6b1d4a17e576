package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads what may be gzip, zstd, xz, bzip2 or plain. */
public final class CompressionFuzz {
  private static final int MOST_BYTES = 8 << 20;

  private CompressionFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    try (InputStream in = Compression.open(new ByteArrayInputStream(data))) {
      in.readNBytes(MOST_BYTES);
    } catch (InvalidParameter e) {
      // refused
    }
  }
}
