package io.layerd.image;

import io.layerd.archive.TarEntry;
import io.layerd.archive.TarWriter;
import io.layerd.error.SystemFailure;
import io.layerd.image.SaveLayout.Content;
import io.layerd.oci.ChainId;
import io.layerd.oci.Platform;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code docker save}. */
final class ImageSave {
  private final ImageState state;

  ImageSave(ImageState state) {
    this.state = state;
  }

  void run(List<String> names, @Nullable Platform platform, OutputStream out) throws IOException {
    List<ChainId> held = new ArrayList<>();
    try {
      List<SavedImage> images;
      synchronized (state) {
        images = SaveSelection.of(state, names, platform);
        hold(images, held);
      }
      write(images, new TarWriter(out));
      for (SavedImage saved : images) {
        String id = saved.image().id().toString();
        state.publish("save", id, saved.image(), id);
      }
    } finally {
      held.forEach(state.layers::release);
    }
  }

  /** Writes images that are known already. */
  void run(List<SavedImage> images, OutputStream out) throws IOException {
    List<ChainId> held = new ArrayList<>();
    try {
      hold(images, held);
      write(images, new TarWriter(out));
    } finally {
      held.forEach(state.layers::release);
    }
  }

  private void hold(List<SavedImage> images, List<ChainId> held) {
    for (SavedImage saved : images) {
      ChainId chain = saved.image().chainId();
      if (chain != null) {
        state.layers.retain(chain);
        held.add(chain);
      }
    }
  }

  private void write(List<SavedImage> images, TarWriter tar) throws IOException {
    Map<ChainId, Long> sizes = sizes(images);
    TreeMap<String, Content> files = SaveLayout.of(images, sizes::get);
    if (!images.isEmpty()) {
      long seconds = images.getLast().seconds();
      tar.entry(TarEntry.directory("blobs", 0755, seconds));
      tar.entry(TarEntry.directory("blobs/sha256", 0755, seconds));
    }
    List<ChainId> order =
        files.values().stream()
            .filter(Content.LayerTar.class::isInstance)
            .map(content -> ((Content.LayerTar) content).chain())
            .toList();
    try (LayerTars tars = new LayerTars(state.layers, order)) {
      for (Map.Entry<String, Content> file : files.entrySet()) {
        write(file.getKey(), file.getValue(), tars, tar);
      }
    }
    tar.finish();
  }

  /** Sizes of all layers' tars; finding one out may mean reading its record, so all at once. */
  private Map<ChainId, Long> sizes(List<SavedImage> images) {
    return images.stream()
        .map(saved -> saved.image().chainId())
        .filter(java.util.Objects::nonNull)
        .flatMap(chain -> state.layers.chain(chain).stream())
        .map(layer -> layer.chainId())
        .distinct()
        .toList()
        .parallelStream()
        .collect(Collectors.toConcurrentMap(chain -> chain, this::size));
  }

  private long size(ChainId chain) {
    try {
      return state.layers.tarSizeBytes(chain);
    } catch (IOException e) {
      throw new SystemFailure(
          "cannot read the record of layer " + chain + ": " + e.getMessage(), e);
    }
  }

  private static void write(String name, Content content, LayerTars tars, TarWriter tar)
      throws IOException {
    switch (content) {
      case Content.Bytes file ->
          tar.entry(TarEntry.file(name, 0644, file.bytes().length, file.seconds()), file.bytes());
      case Content.LayerTar layer -> {
        tar.entry(TarEntry.file(name, 0644, layer.sizeBytes(), layer.seconds()));
        long left = layer.sizeBytes();
        for (LayerTars.Chunk chunk = tars.next(); chunk != null; chunk = tars.next()) {
          left -= chunk.length;
          if (left < 0) {
            break;
          }
          tar.write(chunk.bytes, 0, chunk.length);
          tars.done(chunk);
        }
        if (left != 0) {
          throw new IOException("layer " + layer.chain() + " is not as long as its record says");
        }
      }
    }
  }
}
