package io.layerd.build;

import io.layerd.layer.LayerStore;
import io.layerd.oci.ChainId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The mounted layers of an image, with a writable one on top that is gone when closed. */
final class WorkLayer implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final LayerStore layers;
  private final String id;
  private final Path root;

  private WorkLayer(LayerStore layers, String id, Path root) {
    this.layers = layers;
    this.id = id;
    this.root = root;
  }

  /**
   * @param parent null for an empty root
   */
  static WorkLayer open(LayerStore layers, @Nullable ChainId parent) {
    byte[] random = new byte[32];
    RANDOM.nextBytes(random);
    String id = HexFormat.of().formatHex(random);
    layers.createWork(id, parent);
    try {
      return new WorkLayer(layers, id, layers.mount(id));
    } catch (RuntimeException e) {
      layers.removeReadWrite(id);
      throw e;
    }
  }

  String id() {
    return id;
  }

  Path root() {
    return root;
  }

  @Override
  public void close() {
    layers.unmount(id);
    layers.removeReadWrite(id);
  }
}
