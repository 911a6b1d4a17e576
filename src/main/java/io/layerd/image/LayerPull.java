package io.layerd.image;

import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.oci.ImageConfig;
import io.layerd.oci.Manifest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The layers of one image: those here already are held, the others fetched together and registered
 * in order. Closing gives back every reference and every share; an image that was created in
 * between keeps its layers.
 */
final class LayerPull implements AutoCloseable {
  private final ImageState state;
  private final LayerTransfers transfers;
  private final Repository repository;
  private final Reference name;
  private final Manifest manifest;
  private final ProgressSink sink;
  private final List<ChainId> held = new ArrayList<>();
  private final List<LayerTransfers.Share> shares = new ArrayList<>();
  private final List<DiffId> diffIds = new ArrayList<>();
  private final CompletableFuture<Void> failed = new CompletableFuture<>();

  LayerPull(
      ImageState state,
      LayerTransfers transfers,
      Repository repository,
      Reference name,
      Manifest manifest,
      ProgressSink sink) {
    this.state = state;
    this.transfers = transfers;
    this.repository = repository;
    this.name = name;
    this.manifest = manifest;
    this.sink = sink;
    for (Descriptor layer : manifest.layers()) {
      String type = layer.mediaType();
      if (!MediaTypes.isLayer(type) && !MediaTypes.isForeignLayer(type)) {
        throw new InvalidParameter("unsupported media type " + type);
      }
    }
  }

  /**
   * Gets every layer into its place.
   *
   * @param config arrives while layers are being fetched
   */
  void run(CompletableFuture<ImageConfig> config, Abort abort) {
    holdExisting();
    beginOthers();
    CompletableFuture<ImageConfig> checked = config.thenApply(this::checkConfig);
    checked.exceptionally(this::fail);
    try (Abort.Registration _ = abort.onAbort(this::cancel)) {
      await(checked);
      registerAll(await(checked).diffIds());
    }
  }

  private void cancel() {
    failed.completeExceptionally(new CancellationException("context canceled"));
  }

  private <T> @Nullable T fail(Throwable cause) {
    failed.completeExceptionally(cause);
    return null;
  }

  private ImageConfig checkConfig(ImageConfig config) {
    if (config.diffIds().size() != manifest.layers().size()) {
      throw mismatch();
    }
    return config;
  }

  private static SystemFailure mismatch() {
    return new SystemFailure("layers from manifest don't match image configuration");
  }

  private void holdExisting() {
    ChainId parent = null;
    for (Descriptor layer : manifest.layers()) {
      DiffId diffId = state.distribution.diffId(layer.digest()).orElse(null);
      if (diffId == null || !hold(ChainId.of(parent, diffId))) {
        return;
      }
      parent = ChainId.of(parent, diffId);
      diffIds.add(diffId);
      sink.update(shortId(layer), "Already exists", 0, 0);
      state.distribution.add(diffId, layer.digest(), name.name());
    }
  }

  private boolean hold(ChainId chain) {
    if (state.layers.find(chain).isEmpty()) {
      return false;
    }
    try {
      state.layers.retain(chain);
      held.add(chain);
      return true;
    } catch (NotFound e) {
      return false;
    }
  }

  private void beginOthers() {
    List<Descriptor> missing = manifest.layers().subList(diffIds.size(), manifest.layers().size());
    for (Descriptor layer : missing) {
      sink.update(shortId(layer), "Pulling fs layer", 0, 0);
    }
    for (Descriptor layer : missing) {
      LayerProgress progress = new LayerProgress(sink, shortId(layer), layer.size());
      LayerTransfers.Share share = transfers.join(repository, layer, progress);
      shares.add(share);
      share.transfer().done().exceptionally(this::fail);
      if (!share.started()) {
        progress.say("Waiting");
      }
    }
  }

  private void registerAll(List<DiffId> expected) {
    if (!expected.subList(0, diffIds.size()).equals(diffIds)) {
      throw mismatch();
    }
    int first = diffIds.size();
    ChainId parent = ChainId.of(diffIds);
    for (int i = 0; i < shares.size(); i++) {
      LayerTransfers.Share share = shares.get(i);
      DiffId actual = await(share.transfer().done());
      if (!actual.equals(expected.get(first + i))) {
        throw mismatch();
      }
      share.progress().extracting();
      Layer layer = share.transfer().register(parent, actual);
      held.add(layer.chainId());
      parent = layer.chainId();
      state.distribution.add(actual, manifest.layers().get(first + i).digest(), name.name());
      share.progress().say("Pull complete");
    }
  }

  /** Waits for one thing, or for anything to fail. */
  private <T> T await(CompletableFuture<T> wanted) {
    try {
      CompletableFuture.anyOf(wanted, failed).get();
      return wanted.join();
    } catch (ExecutionException | CompletionException e) {
      Throwable cause = e.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof RuntimeException known) {
        throw known;
      }
      throw new SystemFailure("pull failed: " + cause, cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }

  static String shortId(Descriptor layer) {
    return layer.digest().hex().substring(0, 12);
  }

  @Override
  public void close() {
    shares.forEach(LayerTransfers.Share::close);
    held.reversed().forEach(state.layers::release);
  }
}
