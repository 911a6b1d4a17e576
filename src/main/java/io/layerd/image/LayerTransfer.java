package io.layerd.image;

import io.layerd.archive.Compression;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.metrics.EngineMetrics;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.registry.Abort;
import io.layerd.registry.BlobListener;
import io.layerd.registry.BlobStream;
import io.layerd.registry.Repository;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One layer on its way from a registry into a staged layer, in one pass, for all pulls that want
 * it. The staged copy goes to the first chain that asks; the rare second chain with the same layer
 * gets a copy made from the first.
 */
final class LayerTransfer {
  private static final int BUFFER = 256 * 1024;

  private final LayerStore layers;
  private final Repository repository;
  private final Descriptor descriptor;
  private final Abort abort = new Abort();
  private final CompletableFuture<DiffId> done = new CompletableFuture<>();
  private final List<LayerProgress> watchers = new CopyOnWriteArrayList<>();
  private @Nullable StagedLayer staged;
  private @Nullable ChainId firstChain;
  private boolean dropped;

  LayerTransfer(LayerStore layers, Repository repository, Descriptor descriptor) {
    this.layers = layers;
    this.repository = repository;
    this.descriptor = descriptor;
  }

  /** Completes with the layer's diff ID when it is staged and verified. */
  CompletableFuture<DiffId> done() {
    return done;
  }

  void watch(LayerProgress watcher) {
    watchers.add(watcher);
  }

  void unwatch(LayerProgress watcher) {
    watchers.remove(watcher);
  }

  /** Fetches and unpacks; runs once, on a thread of its own. */
  void run() {
    try {
      abort.check();
      StagedLayer result = fetch();
      if (!keep(result)) {
        layers.discard(result);
        throw new CancellationException("context canceled");
      }
      watchers.forEach(LayerProgress::downloaded);
      done.complete(result.diffId());
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  private synchronized boolean keep(StagedLayer result) {
    if (dropped) {
      return false;
    }
    staged = result;
    return true;
  }

  private StagedLayer fetch() {
    try (BlobStream blob = repository.layer(descriptor, broadcast(), abort)) {
      return unpack(blob);
    }
  }

  private StagedLayer unpack(BlobStream blob) {
    StagedLayer result = null;
    boolean complete = false;
    long start = System.nanoTime();
    try (Watched compressed = new Watched(new BufferedInputStream(blob, BUFFER));
        Watched tar = new Watched(Compression.open(compressed))) {
      try {
        result = layers.stage(tar);
        blob.drain();
        complete = true;
        long waited = compressed.nanos.sum();
        EngineMetrics.LAYER_FETCH.record(waited);
        EngineMetrics.LAYER_UNPACK.record(System.nanoTime() - start - waited);
        EngineMetrics.UNPACKED_BYTES.add(tar.bytes.sum());
        return result;
      } catch (IOException | EngineException e) {
        throw explain(e, blob, tar.failed);
      }
    } catch (IOException e) {
      throw explain(e, blob, true);
    } finally {
      if (!complete && result != null) {
        layers.discard(result);
      }
    }
  }

  /** A transfer error explains an unpacking error, and so does a wrong digest. */
  private RuntimeException explain(Exception error, BlobStream blob, boolean content) {
    abort.check();
    EngineException transfer = blob.failure();
    if (transfer != null) {
      return transfer;
    }
    if (content || error instanceof InvalidParameter) {
      blob.drain();
    }
    return new SystemFailure("failed to register layer: " + error.getMessage(), error);
  }

  private BlobListener broadcast() {
    return new BlobListener() {
      private long counted;

      @Override
      public void received(long totalBytes) {
        if (totalBytes > counted) { // what is sent again after a break was counted already
          EngineMetrics.PULLED_BYTES.add(totalBytes - counted);
          counted = totalBytes;
        }
        watchers.forEach(watcher -> watcher.received(totalBytes));
      }

      @Override
      public void retrying(int seconds) {
        watchers.forEach(watcher -> watcher.retrying(seconds));
      }
    };
  }

  /** Puts the finished layer on a parent; the caller gets one reference to it. */
  synchronized Layer register(@Nullable ChainId parent, DiffId diffId) {
    ChainId chain = ChainId.of(parent, diffId);
    if (layers.find(chain).isPresent()) {
      try {
        return layers.retain(chain);
      } catch (NotFound e) {
        // deleted in between: made again below
      }
    }
    StagedLayer mine = staged;
    staged = null;
    if (mine == null) {
      mine = copy();
    }
    try {
      Layer layer = layers.register(mine, parent, descriptor);
      firstChain = chain;
      return layer;
    } catch (RuntimeException e) {
      layers.discard(mine);
      throw e;
    }
  }

  private StagedLayer copy() {
    ChainId source = firstChain;
    if (source == null) {
      throw new SystemFailure("layer " + descriptor.digest() + " is gone; pull again");
    }
    try (InputStream tar = layers.tar(source)) {
      return layers.stage(tar);
    } catch (IOException e) {
      throw new SystemFailure("failed to register layer: " + e.getMessage(), e);
    }
  }

  /** Nobody wants it any more: ends the transfer and discards what is staged. */
  void drop() {
    StagedLayer left;
    synchronized (this) {
      dropped = true;
      left = staged;
      staged = null;
    }
    abort.abort();
    if (left != null) {
      layers.discard(left);
    }
  }

  /**
   * Knows whether reading from it failed, as opposed to what was done with the bytes, how many
   * there were, and how long they took to come.
   */
  private static final class Watched extends java.io.FilterInputStream {
    private final LongAdder bytes = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private volatile boolean failed;

    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      boolean good = false;
      long start = System.nanoTime();
      try {
        int value = in.read();
        good = true;
        bytes.add(value < 0 ? 0 : 1);
        return value;
      } finally {
        failed |= !good;
        nanos.add(System.nanoTime() - start);
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      boolean good = false;
      long start = System.nanoTime();
      try {
        int count = in.read(target, offset, length);
        good = true;
        bytes.add(Math.max(0, count));
        return count;
      } finally {
        failed |= !good;
        nanos.add(System.nanoTime() - start);
      }
    }
  }
}
