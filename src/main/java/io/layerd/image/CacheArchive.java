package io.layerd.image;

import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.oci.Platform;
import io.layerd.registry.RegistryCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Build caches in registries: layers, and a document that says of which steps they are. */
public interface CacheArchive {
  /** The media type of that document. */
  String CACHE_CONFIG = "application/vnd.buildkit.cacheconfig.v0";

  /** A cache, or an image that may hold one in its configuration. */
  interface StoredCache {
    /** The document; of an image, its configuration. */
    byte[] document();

    /** Whether it is an image's. */
    boolean ofImage();

    List<Descriptor> layers();

    /**
     * Fetches a layer and puts it on others; blocks.
     *
     * @return the layer, with a reference for the caller
     */
    Layer fetch(
        Descriptor layer,
        @Nullable ChainId below,
        ProgressSink progress,
        Cancellation cancellation);
  }

  /** A place outside for blobs, each named by its digest. */
  interface BlobStore {
    /** The stream's content is not checked. */
    InputStream read(Digest digest) throws IOException;

    /** Reads the content to its end. What is there already stays. */
    Descriptor write(String mediaType, InputStream content) throws IOException;
  }

  /**
   * Reads the cache of that manifest; blocks.
   *
   * @throws io.layerd.error.EngineException if there is none
   */
  StoredCache readCache(BlobStore store, Digest manifest);

  /**
   * Writes a cache; blocks.
   *
   * @param layers those to be kept
   * @param document written when it is known which blobs hold the layers, in their order
   * @return its manifest
   */
  Descriptor writeCache(
      BlobStore store,
      List<ChainId> layers,
      Function<List<Descriptor>, byte[]> document,
      ProgressSink progress,
      Cancellation cancellation);

  /**
   * Looks a cache up; blocks.
   *
   * @param platform of an image, where the name stands for several; null for the host's
   * @throws io.layerd.error.EngineException in dockerd's words if there is none
   */
  StoredCache readCache(
      String reference,
      @Nullable Platform platform,
      RegistryCredentials credentials,
      Cancellation cancellation);

  /**
   * Stores a cache under a name; blocks.
   *
   * @param layers those to be kept
   * @param document written when it is known which blobs hold the layers, in their order
   * @return the manifest's digest
   */
  Digest pushCache(
      String reference,
      List<ChainId> layers,
      Function<List<Descriptor>, byte[]> document,
      RegistryCredentials credentials,
      ProgressSink progress,
      Cancellation cancellation);
}
