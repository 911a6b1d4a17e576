package io.layerd.archive;

import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Reads and hashes on the calling thread. */
final class HashingChunks implements ChunkSource {
  private final InputStream in;
  private final MessageDigest hash = Digest.newLayerSha256();
  private final Chunk chunk = new Chunk();
  private volatile boolean stopped;
  private long total;

  HashingChunks(InputStream in) {
    this.in = in;
  }

  @Override
  public @Nullable Chunk next() throws IOException {
    return fill(chunk) ? chunk : null;
  }

  /** Fills a chunk as far as the stream reaches; false if nothing is left. */
  boolean fill(Chunk into) throws IOException {
    int length = 0;
    while (length < CHUNK_BYTES && !stopped) {
      int n = in.read(into.bytes, length, CHUNK_BYTES - length);
      if (n < 0) {
        break;
      }
      length += n;
    }
    into.length = length;
    hash.update(into.bytes, 0, length);
    total += length;
    return length > 0;
  }

  @Override
  public Digest digest() {
    return Digest.ofSha256(hash.digest());
  }

  @Override
  public long totalBytes() {
    return total;
  }

  @Override
  public void close() {
    stopped = true;
  }
}
