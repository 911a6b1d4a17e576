package io.layerd.api;

import java.util.List;

/**
 * What the API says of the daemon itself, as {@code /version} and {@code /info} print it.
 *
 * @param engineVersion the dockerd version whose API this is, which clients look at
 * @param buildTime RFC 3339, or empty
 * @param id of this data root
 */
public record DaemonFacts(
    String name,
    String version,
    String engineVersion,
    String commit,
    String buildTime,
    String id,
    boolean debug,
    String dataRoot,
    List<String> labels,
    List<String> insecureRegistries,
    List<String> registryMirrors,
    List<String> warnings) {
  /** The {@code Server} header. */
  public String serverHeader() {
    return "Docker/" + engineVersion + " (linux)";
  }
}
