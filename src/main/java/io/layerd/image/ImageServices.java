package io.layerd.image;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.SystemFailure;
import io.layerd.events.EventLog;
import io.layerd.layer.LayerStore;
import io.layerd.registry.Registry;
import io.layerd.registry.RegistryOptions;
import java.io.IOException;
import java.nio.file.Path;

/** Opens the image store of a data root. */
public final class ImageServices {
  private ImageServices() {}

  /**
   * Loads the images of {@code <data root>/image/<driver>} and retains their layers; call it before
   * {@link LayerStore#recover}. What cannot be read is logged and left out.
   *
   * @param options read at every pull, so that a reload takes effect at once
   */
  public static ImageService open(
      Path dataRoot, LayerStore layers, RegistryOptions options, EventLog events) {
    return open(
        dataRoot, layers, options, new Registry(options), events, AtomicFiles.host()::write);
  }

  static ImageService open(
      Path dataRoot,
      LayerStore layers,
      RegistryOptions options,
      Registry registry,
      EventLog events,
      DurableWriter writer) {
    Path root = dataRoot.resolve("image").resolve(layers.driverName());
    try {
      PrivateDirectories.create(root);
      Leftovers.sweepFlat(root);
      Leftovers.sweep(root.resolve("imagedb"));
      Leftovers.sweep(root.resolve("distribution"));
      ImageState state =
          new ImageState(
              new ImageDatabase(root.resolve("imagedb"), layers, writer),
              new ReferenceStore(root.resolve("repositories.json"), writer),
              new DistributionMetadata(root.resolve("distribution"), writer),
              layers,
              events);
      return new LocalImages(state, registry, options, new LayerTransfers(layers, options));
    } catch (IOException e) {
      throw new SystemFailure("cannot open the image store in " + root + ": " + e, e);
    }
  }
}
