package io.layerd.archive;

import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Reads on the calling thread, without a digest. */
final class PlainChunks implements ChunkSource {
  private final InputStream in;
  private final Chunk chunk = new Chunk();
  private long total;

  PlainChunks(InputStream in) {
    this.in = in;
  }

  @Override
  public @Nullable Chunk next() throws IOException {
    chunk.length = in.readNBytes(chunk.bytes, 0, CHUNK_BYTES);
    total += chunk.length;
    return chunk.length == 0 ? null : chunk;
  }

  @Override
  public Digest digest() {
    throw new UnsupportedOperationException("these chunks are not hashed");
  }

  @Override
  public long totalBytes() {
    return total;
  }

  @Override
  public void close() {}
}
