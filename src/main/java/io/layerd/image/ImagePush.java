package io.layerd.image;

import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Image;
import io.layerd.image.ImageService.PushListener;
import io.layerd.image.ImageService.PushRequest;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.MediaTypes;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.PushRepository;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** {@code docker push}. One instance is one push. */
final class ImagePush {
  private static final Logger LOG = Logger.getLogger(ImagePush.class);

  private final ImageState state;
  private final Registry registry;
  private final RegistryOptions options;
  private final TransferSlots slots;
  private final PushRequest request;
  private final Reference name;
  private final PushListener listener;
  private final Abort abort;

  ImagePush(
      ImageState state,
      Registry registry,
      RegistryOptions options,
      TransferSlots slots,
      PushRequest request,
      PushListener listener,
      Abort abort) {
    this.state = state;
    this.registry = registry;
    this.options = options;
    this.slots = slots;
    this.request = request;
    this.name = Reference.parse(request.reference());
    this.listener = serialised(listener);
    this.abort = abort;
  }

  private static PushListener serialised(PushListener listener) {
    Object lock = new Object();
    return new PushListener() {
      @Override
      public void update(
          @org.jspecify.annotations.Nullable String id, String status, long current, long total) {
        synchronized (lock) {
          listener.update(id, status, current, total);
        }
      }

      @Override
      public void pushed(String tag, Digest digest, long sizeBytes) {
        synchronized (lock) {
          listener.pushed(tag, digest, sizeBytes);
        }
      }
    };
  }

  void run() {
    listener.update(null, "The push refers to repository [" + name.name() + "]", 0, 0);
    List<Reference> tags = tags();
    PushRepository repository = connect();
    for (Reference tag : tags) {
      push(repository, tag);
    }
  }

  private List<Reference> tags() {
    List<Reference> all = state.names.ofRepository(name);
    if (all.isEmpty()) {
      throw new NotFound("An image does not exist locally with the tag: " + name.familiarName());
    }
    if (name.digest() != null) {
      throw new InvalidParameter("cannot push a digest reference");
    }
    if (name.tag() == null) {
      return all.stream().filter(each -> each.tag() != null).toList();
    }
    if (!all.contains(name)) {
      throw new NotFound("tag does not exist: " + name.familiar());
    }
    return List.of(name);
  }

  private PushRepository connect() {
    EngineException last = null;
    for (PushRepository each : registry.pushRepositories(name, request.credentials())) {
      try {
        each.connect(abort);
        return each;
      } catch (EngineException e) {
        LOG.debugf("no registry at %s: %s", each.location(), e.getMessage());
        last = e;
      }
    }
    throw last == null ? new SystemFailure("no endpoints found for " + name.domain()) : last;
  }

  private void push(PushRepository repository, Reference tag) {
    Image image;
    ChainId chain;
    synchronized (state) {
      image =
          state
              .names
              .find(tag)
              .flatMap(state.images::find)
              .orElseThrow(() -> new NotFound("tag does not exist: " + tag.familiar()));
      chain = image.chainId();
      if (chain != null) {
        state.layers.retain(chain);
      }
    }
    try {
      List<Descriptor> layers =
          chain == null ? List.of() : pushLayers(repository, state.layers.chain(chain));
      Descriptor config = repository.put(image.raw(), MediaTypes.DOCKER_CONFIG, abort);
      byte[] manifest = PushManifest.of(config, layers);
      String tagName = String.valueOf(tag.tag());
      repository.manifest(tagName, MediaTypes.DOCKER_MANIFEST, manifest, abort);
      Digest digest = Digest.of(manifest);
      synchronized (state) {
        if (state.images.find(image.id()).isPresent()) {
          state.names.put(tag.withDigest(digest), image.id());
        }
      }
      listener.update(null, tagName + ": digest: " + digest + " size: " + manifest.length, 0, 0);
      listener.pushed(tagName, digest, manifest.length);
      state.publish("push", name.familiar(), image, name.familiarName());
    } finally {
      if (chain != null) {
        state.layers.release(chain);
      }
    }
  }

  /** All layers together, top first as dockerd names them; answers their blobs base first. */
  private List<Descriptor> pushLayers(PushRepository repository, List<Layer> chain) {
    BlobOrigins origins = new BlobOrigins(name.repository(), request.credentials());
    Abort inner = new Abort();
    Map<DiffId, CompletableFuture<Descriptor>> blobs = new LinkedHashMap<>();
    List<LayerPush> pushes = new ArrayList<>();
    List<Runnable> works = new ArrayList<>();
    for (Layer layer : chain.reversed()) {
      if (blobs.containsKey(layer.diffId())) {
        continue;
      }
      LayerPush push =
          new LayerPush(state, repository, name, origins, layer, listener, options.get(), inner);
      push.say("Preparing");
      CompletableFuture<Descriptor> blob = new CompletableFuture<>();
      blobs.put(layer.diffId(), blob);
      pushes.add(push);
      works.add(() -> complete(blob, push, inner));
    }
    try (Abort.Registration _ = abort.onAbort(inner::abort)) {
      for (int i = 0; i < works.size(); i++) {
        if (!slots.submit(works.get(i))) {
          pushes.get(i).say("Waiting");
        }
      }
      awaitAll(blobs.values());
    } finally {
      inner.abort();
      works.forEach(
          work -> {
            if (slots.withdraw(work)) {
              work.run(); // ends at once: it was aborted
            }
          });
      // layers must not be read when they are given back
      blobs.values().forEach(blob -> blob.handle((_, _) -> "").join());
    }
    return chain.stream().map(layer -> blob(blobs, layer)).toList();
  }

  private static Descriptor blob(Map<DiffId, CompletableFuture<Descriptor>> blobs, Layer layer) {
    CompletableFuture<Descriptor> blob = blobs.get(layer.diffId());
    if (blob == null) {
      throw new IllegalStateException("a layer was not pushed");
    }
    return blob.join();
  }

  private static void complete(CompletableFuture<Descriptor> blob, LayerPush push, Abort inner) {
    try {
      inner.check();
      blob.complete(push.run());
    } catch (Throwable e) {
      blob.completeExceptionally(e);
    }
  }

  /** Waits for all, or for the first that fails. */
  private void awaitAll(Iterable<CompletableFuture<Descriptor>> blobs) {
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    CompletableFuture<Void> failed = new CompletableFuture<>();
    for (CompletableFuture<Descriptor> blob : blobs) {
      all = CompletableFuture.allOf(all, blob);
      blob.whenComplete(
          (_, failure) -> {
            if (failure != null) {
              failed.completeExceptionally(failure);
            }
          });
    }
    try {
      CompletableFuture.anyOf(all, failed).join();
    } catch (CompletionException e) {
      abort.check();
      Throwable cause = e;
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw cause instanceof RuntimeException known
          ? known
          : new SystemFailure("push failed: " + cause, cause);
    }
  }
}
