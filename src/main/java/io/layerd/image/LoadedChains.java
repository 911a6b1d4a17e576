package io.layerd.image;

import io.layerd.archive.Compression;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageArchives.LoadListener;
import io.layerd.layer.Layer;
import io.layerd.layer.LayerStore;
import io.layerd.layer.StagedLayer;
import io.layerd.oci.ChainId;
import io.layerd.oci.DiffId;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts an archive's layers on one another. Closing gives back all references; images that were made
 * in between keep their layers.
 */
final class LoadedChains implements AutoCloseable {
  private final LayerStore layers;
  private final LoadedArchive archive;
  private final LoadListener listener;
  private final List<ChainId> held = new ArrayList<>();

  LoadedChains(LayerStore layers, LoadedArchive archive, LoadListener listener) {
    this.layers = layers;
    this.archive = archive;
    this.listener = listener;
  }

  /**
   * Makes the layer of a file, unless it is here already.
   *
   * @param index which layer of its image it is, for the message
   * @throws InvalidParameter if the file is another layer than expected
   */
  ChainId add(@Nullable ChainId parent, String file, DiffId expected, int index) {
    ChainId chain = ChainId.of(parent, expected);
    if (layers.find(chain).isPresent()) {
      try {
        layers.retain(chain);
        held.add(chain);
        return chain;
      } catch (NotFound e) {
        // removed in between: made again
      }
    }
    LoadedFile content = archive.get(file);
    try {
      register(stage(content, chain, expected, index), parent, expected, index);
      long size = layers.tarSizeBytes(chain);
      listener.loading(expected.digest().hex().substring(0, 12), size, size);
    } catch (IOException e) {
      throw new SystemFailure("cannot load layer " + file + ": " + e.getMessage(), e);
    }
    return chain;
  }

  /** Makes the layer of a file, whatever it is. */
  DiffId add(@Nullable ChainId parent, String file) {
    DiffId diffId =
        switch (archive.get(file)) {
          case LoadedFile.Unpacking unpacking -> unpacking.layer().diffId();
          case LoadedFile.Known known -> known.diffId();
          case LoadedFile.Bytes bytes -> new DiffId(io.layerd.oci.Digest.of(bytes.content()));
          case LoadedFile.Unusable unusable -> throw new InvalidParameter(unusable.why());
          case LoadedFile.Link _ -> throw new IllegalStateException("links were followed");
        };
    add(parent, file, diffId, 0);
    return diffId;
  }

  private StagedLayer stage(LoadedFile content, ChainId chain, DiffId expected, int index)
      throws IOException {
    return switch (content) {
      case LoadedFile.Unpacking unpacking -> {
        check(expected, unpacking.layer().diffId(), index);
        yield unpacking.layer().take(chain);
      }
      case LoadedFile.Known known -> {
        check(expected, known.diffId(), index);
        try (InputStream tar = layers.tar(known.chain())) {
          yield layers.stage(tar);
        }
      }
      case LoadedFile.Bytes bytes -> {
        try (InputStream tar = Compression.open(new ByteArrayInputStream(bytes.content()))) {
          yield layers.stage(tar);
        }
      }
      case LoadedFile.Unusable unusable -> throw new InvalidParameter(unusable.why());
      case LoadedFile.Link _ -> throw new IllegalStateException("links were followed");
    };
  }

  private void register(StagedLayer staged, @Nullable ChainId parent, DiffId expected, int index) {
    try {
      check(expected, staged.diffId(), index);
      Layer layer = layers.register(staged, parent, null);
      held.add(layer.chainId());
    } catch (RuntimeException e) {
      layers.discard(staged);
      throw e;
    }
  }

  private static void check(DiffId expected, DiffId actual, int index) {
    if (!expected.equals(actual)) {
      throw new InvalidParameter(
          "invalid diffID for layer %d: expected \"%s\", got \"%s\""
              .formatted(index, expected, actual));
    }
  }

  @Override
  public void close() {
    held.reversed().forEach(layers::release);
  }
}
