package io.layerd.image;

import io.layerd.layer.LayerStore;
import io.layerd.oci.ChainId;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The tars of some layers one after the other, put together and verified on a thread of its own a
 * few chunks ahead of whoever sends them.
 */
final class LayerTars implements AutoCloseable {
  private static final int CHUNK_BYTES = 256 * 1024;
  private static final int CHUNKS_AHEAD = 16;
  private static final long STOP_MILLIS = 10_000;

  /** Some bytes of one layer; no bytes at its end. */
  static final class Chunk {
    final byte[] bytes = new byte[CHUNK_BYTES];
    int length;
    @Nullable Throwable failure;
  }

  private final LayerStore layers;
  private final List<ChainId> order;
  private final BlockingQueue<Chunk> full = new ArrayBlockingQueue<>(CHUNKS_AHEAD + 1);
  private final BlockingQueue<Chunk> empty = new ArrayBlockingQueue<>(CHUNKS_AHEAD + 1);
  private final Thread thread;
  private volatile boolean closed;

  LayerTars(LayerStore layers, List<ChainId> order) {
    this.layers = layers;
    this.order = order;
    for (int i = 0; i < CHUNKS_AHEAD; i++) {
      empty.add(new Chunk());
    }
    thread = Thread.ofPlatform().daemon().name("layer-tars").start(this::run);
  }

  /** The next piece of the current layer; null at its end, after which the next layer begins. */
  @Nullable Chunk next() throws IOException {
    try {
      Chunk chunk = full.take();
      switch (chunk.failure) {
        case null -> {}
        case IOException e -> throw e;
        case RuntimeException e -> throw e;
        case Throwable e -> throw new IOException(e);
      }
      if (chunk.length > 0) {
        return chunk;
      }
      empty.put(chunk);
      return null;
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Gives a piece back that was sent. */
  void done(Chunk chunk) throws IOException {
    try {
      empty.put(chunk);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while reading layers");
  }

  private void run() {
    try {
      for (ChainId chain : order) {
        try (InputStream tar = layers.tar(chain)) {
          Chunk chunk = empty.take();
          while (!closed && fill(tar, chunk)) {
            full.put(chunk);
            chunk = empty.take();
          }
          full.put(chunk); // without bytes: the layer's end
        }
      }
    } catch (InterruptedException e) {
      // nobody wants the rest
    } catch (Throwable e) {
      Chunk end = new Chunk();
      end.failure = e;
      full.add(end);
    }
  }

  private static boolean fill(InputStream tar, Chunk chunk) throws IOException {
    chunk.length = tar.readNBytes(chunk.bytes, 0, CHUNK_BYTES);
    return chunk.length > 0;
  }

  /** Returns when the layers' files are no longer read. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
