package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One image: its configuration and its layers, base first. OCI image-spec, manifest.md; Docker
 * schema 2.
 */
public record Manifest(Digest digest, String mediaType, Descriptor config, List<Descriptor> layers)
    implements ManifestDocument {
  public Manifest {
    layers = List.copyOf(layers);
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Wire(
      @JsonProperty("config") @Nullable Descriptor config,
      @JsonProperty("layers") @Nullable List<Descriptor> layers) {
    List<Descriptor> entries() {
      return layers == null ? List.of() : layers;
    }
  }
}
