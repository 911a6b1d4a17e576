package io.layerd.layer;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.oci.ChainId;
import io.layerd.oci.Descriptor;
import io.layerd.oci.DiffId;
import java.io.IOException;
import java.io.InputStream;
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
   * Gives a staged layer its place on a parent and publishes it; durable on return. If the chain ID
   * exists already, the staged copy is discarded and the existing layer is returned. The caller
   * gets one reference, as by {@link #retain}.
   */
  Layer register(StagedLayer staged, @Nullable ChainId parent, @Nullable Descriptor descriptor);

  /** Throws a staged layer away. */
  void discard(StagedLayer staged);

  Optional<Layer> find(ChainId id);

  /** Every layer, in no order. */
  List<Layer> all();

  /**
   * Takes a reference, so that the layer and its parents stay.
   *
   * @throws NotFound if there is no such layer
   */
  Layer retain(ChainId id);

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
   * Mounts the container's layers and returns the root directory; counted, {@link #unmount} as
   * often.
   */
  Path mount(String containerId);

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

  /** Bytes in the container's read-write layer. */
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
