package io.layerd.archive;

import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads, inflates (as part of reading) and hashes on a thread of its own, a few chunks ahead of the
 * thread that writes files.
 *
 * <p>A stream that fits in one chunk is read at once and needs no thread. Errors of the stream
 * arrive with {@link #next}, in their place.
 */
final class ReadAheadChunks implements ChunkSource {
  private static final int CHUNKS_AHEAD = 6;
  private static final long STOP_MILLIS = 10_000;

  private final HashingChunks reader;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS_AHEAD + 1);
  private final BlockingQueue<Chunk> empty = new ArrayBlockingQueue<>(CHUNKS_AHEAD + 1);
  private @Nullable Thread thread;
  private @Nullable Chunk handedOut;
  private @Nullable Throwable failure;
  private volatile boolean stopped;
  private boolean first = true;
  private boolean ended;

  ReadAheadChunks(InputStream in) {
    reader = new HashingChunks(in);
  }

  @Override
  public @Nullable Chunk next() throws IOException {
    if (first) {
      first = false;
      return start();
    }
    if (ended) {
      return null;
    }
    try {
      if (handedOut != null) {
        empty.put(handedOut);
        handedOut = null;
      }
      return take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while reading a layer");
    }
  }

  private @Nullable Chunk start() throws IOException {
    Chunk chunk = new Chunk();
    boolean any = reader.fill(chunk);
    if (!any || chunk.length < CHUNK_BYTES) {
      ended = true;
      return any ? chunk : null;
    }
    for (int i = 1; i < CHUNKS_AHEAD; i++) {
      empty.add(new Chunk());
    }
    thread = Thread.ofPlatform().daemon().name("layer-read").start(this::readAhead);
    handedOut = chunk;
    return chunk;
  }

  private @Nullable Chunk take() throws InterruptedException, IOException {
    Chunk chunk = full.take();
    if (chunk.length > 0) {
      handedOut = chunk;
      return chunk;
    }
    ended = true;
    switch (failure) {
      case null -> {
        return null;
      }
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IOException(e);
    }
  }

  private void readAhead() {
    Chunk chunk = null;
    try {
      while (!stopped) {
        chunk = empty.take();
        if (!reader.fill(chunk)) {
          break;
        }
        full.put(chunk);
        chunk = null;
      }
    } catch (InterruptedException e) {
      failure = new InterruptedIOException("reading a layer was stopped");
    } catch (Throwable e) {
      failure = e;
    }
    // a chunk without bytes says that the end is reached; the queue has room for it
    Chunk end = chunk == null ? new Chunk() : chunk;
    end.length = 0;
    full.add(end);
  }

  @Override
  public Digest digest() {
    return reader.digest();
  }

  @Override
  public long totalBytes() {
    return reader.totalBytes();
  }

  @Override
  public void close() {
    stopped = true;
    reader.close();
    Thread running = thread;
    if (running == null || ended) {
      return;
    }
    running.interrupt();
    try {
      // the caller closes the stream next: wait for the read that is under way, but not for ever
      running.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
