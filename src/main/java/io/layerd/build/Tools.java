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
 */
public record Tools(
    Sys sys,
    ImageService images,
    LayerStore layers,
    ContainerService containers,
    String version,
    Path work) {}
