package io.layerd.image;

import io.layerd.error.EngineException;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.oci.Index;
import io.layerd.oci.Manifest;
import io.layerd.oci.ManifestDocument;
import io.layerd.oci.Platform;
import io.layerd.oci.PlatformMatcher;
import io.layerd.oci.Reference;
import io.layerd.registry.Abort;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryCredentials;
import io.layerd.registry.Repository;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Reads build caches from registries. */
final class CachePull {
  private final ImageState state;
  private final LayerTransfers transfers;
  private final Registry registry;

  CachePull(ImageState state, LayerTransfers transfers, Registry registry) {
    this.state = state;
    this.transfers = transfers;
    this.registry = registry;
  }

  CacheArchive.StoredCache read(
      String reference,
      @Nullable Platform platform,
      RegistryCredentials credentials,
      Cancellation cancellation) {
    Abort abort = new Abort();
    cancellation.onCancel(abort::abort);
    Reference name = Reference.parse(reference).tagged();
    EngineException last = null;
    for (Repository repository : registry.repositories(name, credentials)) {
      try {
        repository.connect(abort);
        return read(repository, name, platform, abort);
      } catch (EngineException e) {
        last = e;
      }
    }
    throw last == null ? new SystemFailure("no endpoints found for " + name.domain()) : last;
  }

  private CacheArchive.StoredCache read(
      Repository repository, Reference name, @Nullable Platform platform, Abort abort) {
    ManifestDocument document = repository.manifest(name, abort);
    if (document instanceof Index index) {
      List<Descriptor> all = index.manifests();
      for (Descriptor entry : all) {
        if (entry.mediaType().equals(CacheArchive.CACHE_CONFIG)) {
          List<Descriptor> layers = all.stream().filter(each -> each != entry).toList();
          return new Stored(repository, name, layers, repository.config(entry, abort), false);
        }
      }
      Platform wanted = platform == null ? Platform.host() : PlatformMatcher.normalise(platform);
      Descriptor entry =
          index
              .select(wanted)
              .orElseThrow(
                  () ->
                      new NotFound(
                          "no matching manifest for "
                              + PlatformMatcher.format(wanted)
                              + " in "
                              + name));
      document = repository.manifest(name.withDigest(entry.digest()), abort);
    }
    if (!(document instanceof Manifest manifest)) {
      throw new NotFound(name + " is an index of indexes");
    }
    boolean image = !manifest.config().mediaType().equals(CacheArchive.CACHE_CONFIG);
    byte[] config = repository.config(manifest.config(), abort);
    return new Stored(repository, name, manifest.layers(), config, image);
  }

  private final class Stored implements CacheArchive.StoredCache {
    private final Repository repository;
    private final Reference name;
    private final List<Descriptor> layers;
    private final byte[] document;
    private final boolean image;

    Stored(
        Repository repository,
        Reference name,
        List<Descriptor> layers,
        byte[] document,
        boolean image) {
      this.repository = repository;
      this.name = name;
      this.layers = List.copyOf(layers);
      this.document = document.clone();
      this.image = image;
    }

    @Override
    public byte[] document() {
      return document.clone();
    }

    @Override
    public boolean ofImage() {
      return image;
    }

    @Override
    public List<Descriptor> layers() {
      return layers;
    }

    @Override
    public Layer fetch(
        Descriptor layer,
        @Nullable ChainId below,
        ProgressSink progress,
        Cancellation cancellation) {
      DiffId known = state.distribution.diffId(layer.digest()).orElse(null);
      if (known != null && state.layers.find(ChainId.of(below, known)).isPresent()) {
        try {
          return state.layers.retain(ChainId.of(below, known));
        } catch (NotFound e) {
          // deleted in between: fetched again
        }
      }
      LayerProgress said = new LayerProgress(progress, LayerPull.shortId(layer), layer.size());
      try (LayerTransfers.Share share = transfers.join(repository, layer, said)) {
        cancellation.onCancel(share::close);
        DiffId diffId = share.transfer().done().get();
        said.extracting();
        Layer made = share.transfer().register(below, diffId);
        state.distribution.add(diffId, layer.digest(), name.name());
        said.say("Pull complete");
        return made;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException failure) {
          throw failure;
        }
        throw new SystemFailure("cannot fetch a layer of the cache: " + e.getMessage(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted");
      }
    }
  }
}
