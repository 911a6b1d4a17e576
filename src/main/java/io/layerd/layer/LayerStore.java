package io.layerd.layer;

import io.layerd.archive.Change;
import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All layers of one data root, read-only and read-write, kept as dockerd keeps them: {@code
 * image/<driver>/layerdb} and the driver's own directory.
 *
 * <p>A read-only layer lives as long as something retains it: an image, a child layer, a read-write
 * layer. Counts are in memory and rebuilt at start by those who retain. All methods block and are
 * safe to call together; work on one chain ID is serialised inside.
 */
public interface LayerStore {
  /** Name of the graph driver, as {@code docker info} shows it. */
  String driverName();

  /** The {@code DriverStatus} lines of {@code docker info}, in order. */
  List<Map.Entry<String, String>> driverStatus();

  /**
   * Unpacks an uncompressed layer tar; the parent need not exist yet, so layers of one image may be
   * staged together.
   *
   * @throws InvalidParameter if the tar is malformed; nothing is left behind
   */
  StagedLayer stage(InputStream tar) throws IOException;

  /**
   * Makes a layer of what a container changed, to be registered on the container's parent. The
   * container should not write meanwhile.
   */
  StagedLayer stageChanges(String containerId) throws IOException;

  /**
   * Gives a staged layer its place on a parent and publishes it; durable on return. If the chain ID
   * exists already, the staged copy is discarded and the existing layer is returned. The caller
   * gets one reference, as by {@link #retain}.
   */
  Layer register(StagedLayer staged, @Nullable ChainId parent, @Nullable Descriptor descriptor);

  /** Throws a staged layer away. */
  void discard(StagedLayer staged);

  Optional<Layer> find(ChainId id);

  /** Layers that were found damaged at start and are not used, each with the reason. */
  default List<String> damaged() {
    return List.of();
  }

  /** Every layer, in no order. */
  List<Layer> all();

  /**
   * Takes a reference, so that the layer and its parents stay.
   *
   * @throws NotFound if there is no such layer
   */
  Layer retain(ChainId id);

  /**
   * What holds a layer is about to be deleted, and {@link #release} follows: should the daemon be
   * killed in between, the next start deletes the layers that only it held.
   */
  default void condemn(ChainId id) {}

  /** What was about to be deleted stays. */
  default void pardon(ChainId id) {}

  /**
   * Gives a reference back; with the last one the layer is deleted and its parent released.
   *
   * @return the layers that were deleted, top first
   */
  List<Layer> release(ChainId id);

  /** The layer and its parents, base first. */
  List<Layer> chain(ChainId id);

  /**
   * The exact tar the layer was made from, put together with tar-split; its digest is checked at
   * the end of the stream.
   */
  InputStream tar(ChainId id) throws IOException;

  /** Length of {@link #tar} in bytes; quicker than reading it. */
  default long tarSizeBytes(ChainId id) throws IOException {
    try (InputStream tar = tar(id)) {
      return tar.transferTo(OutputStream.nullOutputStream());
    }
  }

  /** The diff IDs of a chain, base first. */
  default List<DiffId> diffIds(ChainId id) {
    return chain(id).stream().map(Layer::diffId).toList();
  }

  // read-write layers, one per container, kept in layerdb/mounts/<container id>

  /**
   * Makes the init layer and the read-write layer of a container on an image's top layer, which it
   * retains.
   *
   * @param storageOptions such as {@code size}
   * @throws Conflict if the container has one already
   */
  void createReadWrite(
      String containerId, @Nullable ChainId parent, Map<String, String> storageOptions);

  /**
   * Makes a read-write layer that belongs to no container, without an init layer: for a build's
   * steps. Otherwise as {@link #createReadWrite}; one that a crash leaves is swept.
   */
  void createWork(String id, @Nullable ChainId parent);

  /**
   * Mounts the container's layers and returns the root directory; counted, {@link #unmount} as
   * often.
   */
  Path mount(String containerId, String label);

  /** {@link #mount(String, String)} without a label. */
  default Path mount(String containerId) {
    return mount(containerId, "");
  }

  /** Ends one {@link #mount}. */
  void unmount(String containerId);

  /** Deletes the read-write layer and releases its parent. Absent is success. */
  void removeReadWrite(String containerId);

  /** Containers that have a read-write layer. */
  List<String> readWriteIds();

  /**
   * The {@code GraphDriver.Data} of a container's inspect: LowerDir, MergedDir, UpperDir, WorkDir.
   */
  Map<String, String> readWriteData(String containerId);

  /** The {@code GraphDriver.Data} of an image's inspect, for its top layer. */
  Map<String, String> layerData(ChainId id);

  /**
   * What a container changed, in the form of an overlayfs upper directory, whatever the driver:
   * character devices 0:0 for what is deleted, {@code trusted.overlay.opaque} for directories that
   * replace others. Read it, never write.
   *
   * @param directory valid until {@link #close}
   * @param cleanUp what closing does
   */
  record Changes(Path directory, Runnable cleanUp) implements AutoCloseable {
    @Override
    public void close() {
      cleanUp.run();
    }
  }

  /** What a container changed; may go on changing while it runs. */
  Changes readWriteChanges(String containerId);

  /** What a container changed of its image, parents first, in the order of names. */
  List<Change> changes(String containerId);

  /** Bytes in the container's read-write layer; kept for one that is not mounted. */
  long readWriteSizeBytes(String containerId);

  /** Bytes of a layer and all its parents. */
  default long chainSizeBytes(ChainId id) {
    return chain(id).stream().mapToLong(Layer::sizeBytes).sum();
  }

  /**
   * Once at start, after images and containers have retained what they use: deletes half-made
   * layers, staging directories and driver directories nobody knows, and remembers mounts that
   * survived the last daemon.
   *
   * @param containers the containers that exist; read-write layers of others are deleted
   */
  void recover(java.util.Set<String> containers);
}
