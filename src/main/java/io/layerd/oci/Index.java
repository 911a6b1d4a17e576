package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Manifests of one image for several platforms. OCI image-spec, image-index.md. */
public record Index(Digest digest, String mediaType, List<Descriptor> manifests)
    implements ManifestDocument {
  public Index {
    manifests = List.copyOf(manifests);
  }

  /** The manifest that fits a platform best; of equals, the first. */
  public Optional<Descriptor> select(Platform wanted) {
    PlatformMatcher matcher = new PlatformMatcher(wanted);
    return manifests.stream()
        .filter(entry -> entry.platform() != null && matcher.rank(entry.platform()) >= 0)
        .min(Comparator.comparingInt(entry -> rank(matcher, entry)));
  }

  private static int rank(PlatformMatcher matcher, Descriptor entry) {
    Platform platform = entry.platform();
    return platform == null ? Integer.MAX_VALUE : matcher.rank(platform);
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Wire(@JsonProperty("manifests") @Nullable List<Descriptor> manifests) {
    List<Descriptor> entries() {
      return manifests == null ? List.of() : manifests;
    }
  }
}
