package io.layerd.api;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the API says of the daemon itself, as {@code /version} and {@code /info} print it.
 *
 * @param engineVersion the dockerd version whose API this is, which clients look at
 * @param buildTime RFC 3339, or empty
 * @param id of this data root
 * @param proxies {@code HTTP_PROXY} and so on, where they are not the environment's
 * @param logDriver of containers that name none
 * @param experimental whether experimental parts of the API are offered
 * @param warnings asked for with each {@code /info}: certificates run out in time
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
    boolean liveRestore,
    boolean experimental,
    Map<String, String> proxies,
    String logDriver,
    Supplier<List<String>> warnings) {
  /** The {@code Server} header. */
  public String serverHeader() {
    return "Docker/" + engineVersion + " (linux)";
  }
}
