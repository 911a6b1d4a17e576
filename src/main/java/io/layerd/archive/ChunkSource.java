package io.layerd.archive;

import io.layerd.oci.Digest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a tar in large pieces, hashed on the way. Every chunk but the last is full and a
 * multiple of the tar block size, so a block never straddles two chunks.
 */
interface ChunkSource extends AutoCloseable {
  int CHUNK_BYTES = 256 * 1024;

  /** Some bytes of the stream. */
  final class Chunk {
    final byte[] bytes = new byte[CHUNK_BYTES];
    int length;
  }

  /** The next chunk, or null at the end; the chunk handed out before is used again. */
  @Nullable Chunk next() throws IOException;

  /** Digest of everything, once {@link #next} has answered null. */
  Digest digest();

  /** Length of everything, once {@link #next} has answered null. */
  long totalBytes();

  /** Stops reading ahead. The stream itself is not closed. */
  @Override
  void close();
}
