package io.layerd.oci;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * An operating system and processor. OCI image-spec, image-index.md, "platform". Empty means not
 * said.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Platform(
    @JsonProperty("architecture") String architecture,
    @JsonProperty("os") String os,
    @JsonProperty("os.version") @Nullable String osVersion,
    @JsonProperty("variant") @Nullable String variant) {
  public Platform {
    architecture = architecture == null ? "" : architecture;
    os = os == null ? "" : os;
  }

  /** The platform this process runs on, in Go's names. */
  public static Platform host() {
    String arch = System.getProperty("os.arch", "");
    return switch (arch) {
      case "amd64", "x86_64" -> new Platform("amd64", "linux", null, null);
      case "aarch64", "arm64" -> new Platform("arm64", "linux", null, "v8");
      default -> new Platform(arch, "linux", null, null);
    };
  }
}
