package io.layerd.layer;

import io.layerd.archive.Change;
import io.layerd.archive.UpperChanges;
import io.layerd.graph.GraphDriver;
import io.layerd.graph.LayerChanges;
import io.layerd.layer.LayerStore.Changes;
import io.layerd.oci.ChainId;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What containers have changed of the layers they stand on. */
final class Differences {
  private final Sys sys;
  private final GraphDriver driver;
  private final ReadWriteLayers readWrite;
  private final Function<ChainId, List<Layer>> chains;
  private final ReadWriteSizes sizes;

  /**
   * @param chains answers a chain's layers, base first
   */
  Differences(
      Sys sys,
      GraphDriver driver,
      ReadWriteLayers readWrite,
      Function<ChainId, List<Layer>> chains) {
    this.sys = sys;
    this.driver = driver;
    this.readWrite = readWrite;
    this.chains = chains;
    this.sizes = new ReadWriteSizes(driver);
  }

  /** Mounts a container's layers; from then on they may differ more. */
  Path mount(String containerId, String label) {
    return sizes.mount(mountId(containerId), label);
  }

  /** Parents first, in the order of names. */
  List<Change> list(String containerId) {
    String below = below(containerId);
    try (Changes changes = directory(containerId)) {
      if (below == null) {
        return UpperChanges.find(sys, changes.directory(), null);
      }
      Path root = driver.mount(below);
      try {
        return UpperChanges.find(sys, changes.directory(), root);
      } finally {
        driver.release(below);
      }
    }
  }

  Changes directory(String containerId) {
    LayerChanges changes = driver.changes(mountId(containerId), below(containerId));
    return new Changes(changes.directory(), changes::close);
  }

  long sizeBytes(String containerId) {
    return sizes.bytes(mountId(containerId), below(containerId));
  }

  /** The container's own layer is gone. */
  void forget(ReadWriteLayers.Entry gone) {
    sizes.forget(gone.mountId());
  }

  /** The driver's facts about a container's own layer. */
  Map<String, String> data(String containerId) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("ID", containerId);
    data.putAll(driver.metadata(mountId(containerId)));
    return data;
  }

  private String mountId(String containerId) {
    return readWrite.get(containerId).mountId();
  }

  /** The directory that a container's own layer stands on. */
  private @Nullable String below(String containerId) {
    ReadWriteLayers.Entry entry = readWrite.get(containerId);
    if (entry.initId() != null || entry.parent() == null) {
      return entry.initId();
    }
    return chains.apply(entry.parent()).getLast().cacheId();
  }
}
