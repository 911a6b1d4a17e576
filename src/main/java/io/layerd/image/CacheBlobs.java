package io.layerd.image;

import io.layerd.archive.Compression;
import io.layerd.archive.GzipEncoder;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.image.ImageService.ProgressSink;
import io.layerd.layer.Layer;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import io.layerd.oci.Digest;
import io.layerd.oci.Index;
import io.layerd.oci.Manifest;
import io.layerd.oci.ManifestDocument;
import io.layerd.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Build caches as blobs in a place outside. */
final class CacheBlobs {
  private static final int MOST_DOCUMENT_BYTES = 64 << 20;

  private final ImageState state;
  private final CacheArchive.BlobStore store;

  CacheBlobs(ImageState state, CacheArchive.BlobStore store) {
    this.state = state;
    this.store = store;
  }

  /** Writes one, its manifest last. */
  Descriptor write(
      List<ChainId> chains,
      Function<List<Descriptor>, byte[]> document,
      ProgressSink progress,
      Cancellation cancellation) {
    Map<DiffId, Descriptor> blobs = new LinkedHashMap<>();
    List<Descriptor> layers = new ArrayList<>();
    try {
      for (ChainId chain : chains) {
        Layer layer = state.layers.retain(chain);
        try {
          Descriptor blob = blobs.get(layer.diffId());
          if (blob == null) {
            blob = write(layer, progress, cancellation);
            blobs.put(layer.diffId(), blob);
          }
          layers.add(blob);
        } finally {
          var unused = state.layers.release(chain);
        }
      }
      byte[] config = document.apply(List.copyOf(layers));
      Descriptor kept = write(CacheArchive.CACHE_CONFIG, config);
      byte[] manifest = CachePush.manifest(kept, List.copyOf(blobs.values()));
      return write(MediaTypes.OCI_MANIFEST, manifest);
    } catch (IOException e) {
      throw new SystemFailure("cannot write the cache: " + e.getMessage(), e);
    }
  }

  private Descriptor write(String type, byte[] bytes) throws IOException {
    return store.write(type, new ByteArrayInputStream(bytes));
  }

  private Descriptor write(Layer layer, ProgressSink progress, Cancellation cancellation)
      throws IOException {
    String id = layer.diffId().digest().hex().substring(0, 12);
    progress.update(id, "Pushing", 0, layer.sizeBytes());
    try (InputStream tar = state.layers.tar(layer.chainId());
        InputStream content = new GzipEncoder(tar)) {
      InputStream watched =
          new java.io.FilterInputStream(content) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
              if (cancellation.cancelled()) {
                throw new CancellationException("the client has gone");
              }
              return super.read(target, offset, length);
            }
          };
      Descriptor blob = store.write(CachePush.OCI_LAYER_GZIP, watched);
      progress.update(id, "Pushed", layer.sizeBytes(), layer.sizeBytes());
      return blob;
    }
  }

  /** Reads the manifest of one and what it tells of steps. */
  CacheArchive.StoredCache read(Digest manifest) {
    ManifestDocument document = ManifestDocument.parse(null, bytes(manifest));
    Descriptor config = null;
    List<Descriptor> layers = List.of();
    switch (document) {
      case Manifest one -> {
        config = one.config();
        layers = one.layers();
      }
      case Index index -> {
        for (Descriptor entry : index.manifests()) {
          if (entry.mediaType().equals(CacheArchive.CACHE_CONFIG)) {
            config = entry;
          }
        }
        Descriptor found = config;
        layers = index.manifests().stream().filter(each -> !each.equals(found)).toList();
      }
    }
    if (config == null || !config.mediaType().equals(CacheArchive.CACHE_CONFIG)) {
      throw new InvalidParameter("invalid build cache from " + manifest + ": it tells of no steps");
    }
    return new Stored(bytes(config.digest()), List.copyOf(layers));
  }

  private byte[] bytes(Digest digest) {
    try (InputStream in = store.read(digest)) {
      byte[] bytes = in.readNBytes(MOST_DOCUMENT_BYTES);
      if (!Digest.of(bytes).equals(digest)) {
        throw new InvalidParameter("the cache's " + digest + " holds something else");
      }
      return bytes;
    } catch (IOException e) {
      throw new NotFound("cannot read " + digest + " of the cache: " + e.getMessage(), e);
    }
  }

  /** Reads to the end, and gives the layer up if that fails or shows other content. */
  private void check(StagedLayer staged, Descriptor layer, DigestInputStream rest)
      throws IOException {
    boolean good = false;
    try {
      rest.transferTo(java.io.OutputStream.nullOutputStream());
      String found = "sha256:" + HexFormat.of().formatHex(rest.getMessageDigest().digest());
      if (!found.equals(layer.digest().toString())) {
        throw new InvalidParameter("the cache's " + layer.digest() + " holds something else");
      }
      good = true;
    } finally {
      if (!good) {
        state.layers.discard(staged);
      }
    }
  }

  private final class Stored implements CacheArchive.StoredCache {
    private final byte[] document;
    private final List<Descriptor> layers;

    Stored(byte[] document, List<Descriptor> layers) {
      this.document = document;
      this.layers = layers;
    }

    @Override
    public byte[] document() {
      return document.clone();
    }

    @Override
    public boolean ofImage() {
      return false;
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
      String id = layer.digest().hex().substring(0, 12);
      progress.update(id, "Downloading", 0, layer.size());
      try (InputStream blob = store.read(layer.digest());
          DigestInputStream counted = new DigestInputStream(blob, sha256())) {
        cancellation.onCancel(() -> close(blob));
        StagedLayer staged;
        try (InputStream tar = Compression.open(counted)) {
          staged = state.layers.stage(tar);
          check(staged, layer, counted);
        }
        progress.update(id, "Pull complete", layer.size(), layer.size());
        return state.layers.register(staged, below, null);
      } catch (IOException e) {
        throw new SystemFailure("cannot fetch a layer of the cache: " + e.getMessage(), e);
      }
    }
  }

  private static void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // it is not read any more
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
