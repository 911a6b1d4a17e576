package io.layerd.image;

import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.History;
import io.layerd.image.ImageService.HistoryLine;
import io.layerd.image.ImageService.Image;
import io.layerd.layer.Layer;
import io.layerd.oci.ChainId;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code docker history}: the steps an image came about in, newest first. */
final class ImageHistory {
  private final ImageState state;

  ImageHistory(ImageState state) {
    this.state = state;
  }

  List<HistoryLine> of(Image image) {
    ChainId chain = image.chainId();
    List<Layer> layers = chain == null ? List.of() : state.layers.chain(chain);
    List<HistoryLine> lines = new ArrayList<>();
    int used = 0;
    for (History step : image.history()) {
      long size = 0;
      if (!step.emptyLayer()) {
        if (used >= layers.size()) {
          throw new SystemFailure("too many non-empty layers in History section");
        }
        size = layers.get(used++).sizeBytes();
      }
      lines.add(new HistoryLine(null, step, size, List.of()));
    }
    Collections.reverse(lines);
    identify(lines, image);
    return lines;
  }

  /** The newest step is the image itself, the next its parent, as far as parents are known. */
  private void identify(List<HistoryLine> lines, Image image) {
    @Nullable Image at = image;
    for (int i = 0; i < lines.size() && at != null; i++) {
      HistoryLine line = lines.get(i);
      List<String> tags =
          state.names.of(at.id()).stream()
              .filter(name -> name.digest() == null)
              .map(Reference::familiar)
              .toList();
      lines.set(i, new HistoryLine(at.id(), line.step(), line.sizeBytes(), tags));
      Digest parent = at.parent();
      at = parent == null ? null : state.images.find(parent).orElse(null);
    }
  }
}
