package io.layerd.registry;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How registries are reached.
 *
 * @param insecureRegistries {@code host}, {@code host:port} or CIDR blocks; loopback is always
 *     insecure, as with dockerd
 * @param mirrors tried before Docker Hub
 * @param certsDirectory holds {@code <host>/{*.crt,*.cert,*.key}}
 * @param maxConcurrentDownloads layers fetched at a time, over all pulls
 * @param maxDownloadAttempts tries without progress before a transfer is given up
 * @param retryDelay the n-th wait is n times this
 * @param stallTimeout a connection that says nothing for so long is broken
 */
public record RegistrySettings(
    List<String> insecureRegistries,
    List<URI> mirrors,
    Path certsDirectory,
    int maxConcurrentDownloads,
    int maxDownloadAttempts,
    Duration retryDelay,
    Duration stallTimeout) {
  public static final RegistrySettings DEFAULT =
      new RegistrySettings(
          List.of(),
          List.of(),
          Path.of("/etc/docker/certs.d"),
          3,
          5,
          Duration.ofSeconds(5),
          Duration.ofSeconds(60));

  public RegistrySettings {
    insecureRegistries = List.copyOf(insecureRegistries);
    mirrors = List.copyOf(mirrors);
  }

  public RegistrySettings withInsecureRegistries(List<String> hosts) {
    return new RegistrySettings(
        hosts,
        mirrors,
        certsDirectory,
        maxConcurrentDownloads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout);
  }

  public RegistrySettings withMirrors(List<URI> urls) {
    return new RegistrySettings(
        insecureRegistries,
        urls,
        certsDirectory,
        maxConcurrentDownloads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout);
  }

  public RegistrySettings withDownloads(int concurrent, int attempts) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        certsDirectory,
        concurrent,
        attempts,
        retryDelay,
        stallTimeout);
  }

  public RegistrySettings withTimes(Duration delay, Duration stall) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        certsDirectory,
        maxConcurrentDownloads,
        maxDownloadAttempts,
        delay,
        stall);
  }

  public RegistrySettings withCertsDirectory(Path directory) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        directory,
        maxConcurrentDownloads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout);
  }
}
