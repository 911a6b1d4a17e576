package io.layerd.registry;

import io.layerd.oci.Descriptor;
import io.layerd.oci.Platform;
import java.util.List;

/**
 * What a registry holds under a name.
 *
 * @param manifest of the manifest or index itself
 * @param platforms what it can run on
 */
public record Described(Descriptor manifest, List<Platform> platforms) {
  public Described {
    platforms = List.copyOf(platforms);
  }
}
