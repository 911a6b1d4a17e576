package io.layerd.image;

import io.layerd.archive.Compression;
import io.layerd.error.EngineException;
import io.layerd.error.SystemFailure;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * One layer of an archive on its way into a staged layer. It goes to the first chain that wants it;
 * further ones get copies. Closing it discards what nobody took.
 */
final class LoadedLayer implements AutoCloseable {
  private final LayerStore layers;
  private final LayerPipe pipe;

  /** Of what is compressed; what is not has its digest from being unpacked. */
  private @Nullable MessageDigest hash;

  private boolean begun;
  private boolean whole;
  private final CompletableFuture<StagedLayer> staged = new CompletableFuture<>();
  private @Nullable Digest digest;
  private @Nullable ChainId firstChain;
  private boolean taken;
  private CompletableFuture<String> ended = CompletableFuture.completedFuture("");

  LoadedLayer(LayerStore layers, LoadBudget budget) {
    this.layers = layers;
    this.pipe = new LayerPipe(budget);
  }

  /** Begins to unpack on a thread of its own; a permit is given back at the end. */
  void start(Semaphore permits) {
    Thread.ofPlatform()
        .daemon()
        .name("layer-load")
        .start(
            () -> {
              try {
                staged.complete(unpack());
              } catch (Throwable e) {
                staged.completeExceptionally(e);
              } finally {
                pipe.close();
                permits.release();
              }
            });
  }

  private StagedLayer unpack() throws IOException {
    try (InputStream tar = Compression.open(pipe)) {
      return layers.stage(tar);
    }
  }

  void send(byte[] bytes, int length) throws IOException {
    if (!begun) {
      begun = true;
      boolean plain = Compression.detect(bytes, length) == Compression.NONE;
      hash = plain ? null : Digest.newLayerSha256();
    }
    if (hash != null) {
      hash.update(bytes, 0, length);
    }
    pipe.send(bytes, length);
  }

  void end() {
    digest = hash == null ? null : Digest.ofSha256(hash.digest());
    whole = true;
    pipe.end();
  }

  void fail(IOException e) {
    pipe.fail(e);
  }

  /**
   * Digest of the file as it was in the archive; waits until it is unpacked if it was not
   * compressed.
   *
   * @throws EngineException if it is no layer
   */
  Digest digest() {
    if (!whole) {
      throw new IllegalStateException("the layer is still being read");
    }
    return digest == null ? diffId().digest() : digest;
  }

  /**
   * The layer's diff ID; waits until it is unpacked.
   *
   * @throws EngineException if it is no layer
   */
  DiffId diffId() {
    return await().diffId();
  }

  private StagedLayer await() {
    try {
      return staged.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof EngineException known) {
        throw known;
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new SystemFailure(String.valueOf(cause.getMessage()), cause);
    }
  }

  /** The staged layer for a chain, or a copy of it; the caller registers or discards it. */
  StagedLayer take(ChainId chain) throws IOException {
    StagedLayer mine = await();
    if (!taken) {
      taken = true;
      firstChain = chain;
      return mine;
    }
    ChainId source = firstChain;
    if (source == null) {
      throw new IllegalStateException("taken by nobody");
    }
    try (InputStream tar = layers.tar(source)) {
      return layers.stage(tar);
    }
  }

  /** Gives up what nobody took, once it is unpacked; {@link #awaitEnd} waits for that. */
  @Override
  public void close() {
    pipe.fail(new IOException("unexpected EOF"));
    ended =
        staged.handle(
            (layer, _) -> {
              if (layer != null && !taken) {
                layers.discard(layer);
              }
              return "";
            });
  }

  /**
   * Waits until nothing is written any more and what nobody took is gone: for the discarding
   * itself, since what depends on a future is not run in the order it was asked for.
   */
  void awaitEnd() {
    ended.join();
  }
}
