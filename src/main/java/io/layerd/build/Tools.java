package io.layerd.build;

import io.layerd.container.ContainerService;
import io.layerd.image.ImageService;
import io.layerd.layer.LayerStore;
import io.layerd.sys.Sys;
import java.nio.file.Path;

/**
 * What builds work with.
 *
 * @param version written into images: which daemon made them
 * @param work directory for contexts, on the data root's file system
 * @param caches what cache mounts keep
 * @param secrets directory for what must not outlive a step, in memory if there is such a place
 */
public record Tools(
    Sys sys,
    ImageService images,
    LayerStore layers,
    ContainerService containers,
    String version,
    Path work,
    CacheMounts caches,
    Path secrets) {
  /**
   * @param cacheRoot directory of the cache mounts
   */
  public Tools(
      Sys sys,
      ImageService images,
      LayerStore layers,
      ContainerService containers,
      String version,
      Path work,
      Path cacheRoot,
      Path secrets) {
    this(sys, images, layers, containers, version, work, new CacheMounts(sys, cacheRoot), secrets);
  }
}
