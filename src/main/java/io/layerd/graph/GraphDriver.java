package io.layerd.graph;

import io.layerd.error.InvalidParameter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores layers as directories that stack and says how to mount them. One instance owns one root
 * directory. All methods block; calls on different layers may run together, callers serialise calls
 * on one layer.
 *
 * <p>Crash rule: after a kill at any instruction, {@link #recover} leaves each layer whole or
 * absent.
 */
public interface GraphDriver {
  /** The name in {@code docker info} and in the data root's directories. */
  String name();

  /** The status lines of {@code docker info}, in order. */
  List<Map.Entry<String, String>> status();

  /** Makes an empty layer whose parent is not known yet. */
  void create(String id);

  /** Where the content of a layer goes while it is applied; no mount is needed. */
  Path diff(String id);

  /** Puts an applied layer on its parent. */
  void setParent(String id, String parent);

  /**
   * Makes a layer on a parent, to be written to through {@link #mount}.
   *
   * @throws InvalidParameter if the stack would be too deep
   */
  void createReadWrite(String id, @Nullable String parent);

  boolean exists(String id);

  /** Mounts a layer with its parents and returns the root; counted, release as often. */
  Path mount(String id);

  /** Ends one {@link #mount}. */
  void release(String id);

  /** Deletes a layer without children. Absent is success, so a retry after a crash is safe. */
  void remove(String id);

  /** Every layer directory. */
  List<String> ids();

  /** What inspect shows: LowerDir, MergedDir, UpperDir, WorkDir. */
  Map<String, String> metadata(String id);

  /**
   * Once at start: deletes layers that nobody knows and were made by layerd or dockerd, rebuilds
   * what can be rebuilt.
   *
   * @param known ids that are referred to
   */
  void recover(Set<String> known);
}
