package io.layerd.graph;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores layers as directories and says how to mount stacks of them. One instance owns one home
 * directory.
 *
 * <p>A layer of an image is born with {@link #create} and filled by writing into its {@link #diff};
 * that needs neither a mount nor the parent, so the layers of an image can be unpacked side by side
 * and stacked afterwards with {@link #setParent}. Once it has a child it never changes again.
 *
 * <p>All methods block. Calls on different layers may run together; callers serialise calls on one
 * layer, but for {@link #mount} and {@link #release}. Every failure of the host is a {@link
 * SystemFailure}.
 *
 * <p>Crash rule: after a kill at any instruction a layer is whole, or nobody refers to it and
 * {@link #recover} deletes it. What a driver writes about a layer is on the device before anything
 * that {@code durable} commits later. Every driver passes {@code GraphDriverContract}.
 */
public interface GraphDriver {
  /** The name in {@code docker info} and in the data root's directories. */
  String name();

  /** The {@code DriverStatus} lines of {@code docker info}, in order. */
  List<Map.Entry<String, String>> status();

  /** Makes an empty layer whose parent is not known yet, or that will have none. */
  void create(String id);

  /** Where the layer's own content lies; it is filled there before it has a parent. */
  Path diff(String id);

  /**
   * Puts a filled layer on its parent, before its first mount.
   *
   * @return whether that wrote the layer's content anew, so that it has to be synced once more
   * @throws InvalidParameter if the stack would be too deep
   */
  boolean setParent(String id, String parent);

  /** {@link #createReadWrite(String, String, Map)} without options. */
  default void createReadWrite(String id, @Nullable String parent) {
    createReadWrite(id, parent, Map.of());
  }

  /**
   * Makes an empty layer on a parent, to be written to through {@link #mount}. On failure nothing
   * is left.
   *
   * @param storageOptions of the container, such as {@code size}
   * @throws InvalidParameter if the stack would be too deep
   */
  void createReadWrite(String id, @Nullable String parent, Map<String, String> storageOptions);

  /**
   * Gives a layer that was never mounted some names, without mounting it. A directory that its
   * parents show stays as it is; anything else of that name is replaced, links on the way too.
   */
  void populate(String id, List<LayerName> names);

  boolean exists(String id);

  /**
   * Mounts a layer on its parents and returns the root; counted, {@link #release} as often. A mount
   * that outlived an earlier daemon is taken over.
   */
  Path mount(String id);

  /**
   * {@link #mount(String)} with an SELinux label for all files in it; none if it is empty. A driver
   * that mounts nothing leaves the files as they are.
   */
  default Path mount(String id, String label) {
    return mount(id);
  }

  /** Ends one {@link #mount}; the last one unmounts. Not mounted is success. */
  void release(String id);

  /**
   * Whether somebody has the layer mounted and may be writing to it; also if the driver cannot
   * tell.
   */
  default boolean mayChange(String id) {
    return true;
  }

  /**
   * Deletes a layer without children, unmounting what is mounted in it. Absent is success, so a
   * retry after a crash is safe.
   */
  void remove(String id);

  /** Every layer, whoever made it, half-made ones included. */
  List<String> ids();

  /**
   * What inspect shows, in dockerd's order: LowerDir, MergedDir, UpperDir, WorkDir for overlay2.
   */
  Map<String, String> metadata(String id);

  /**
   * What a read-write layer has changed, mounted or not. It may go on changing meanwhile.
   *
   * @param parent the layer it was made on
   */
  LayerChanges changes(String id, @Nullable String parent);

  /** Bytes that a read-write layer adds to its parent: all but directories, each inode once. */
  long sizeBytes(String id, @Nullable String parent);

  /**
   * Once at start: deletes layers that nobody refers to and that layerd or dockerd's layer store
   * made, repairs what can be repaired of the others, and counts a surviving mount as one. Never
   * fails for one bad layer.
   *
   * @param known ids that are referred to
   */
  void recover(Set<String> known);
}
