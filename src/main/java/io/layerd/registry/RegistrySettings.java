package io.layerd.registry;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How registries are reached.
 *
 * @param insecureRegistries {@code host}, {@code host:port} or CIDR blocks; loopback is always
 *     insecure, as with dockerd
 * @param mirrors tried before Docker Hub
 * @param certsDirectory holds {@code <host>/{*.crt,*.cert,*.key}}
 * @param maxConcurrentDownloads layers fetched at a time, over all pulls
 * @param maxConcurrentUploads layers sent at a time, over all pushes
 * @param maxDownloadAttempts tries without progress before a transfer is given up
 * @param retryDelay the n-th wait is n times this
 * @param proxies {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} where they are not
 *     the environment's; looked at once
 * @param stallTimeout a connection that says nothing for so long is broken
 */
public record RegistrySettings(
    List<String> insecureRegistries,
    List<URI> mirrors,
    Path certsDirectory,
    int maxConcurrentDownloads,
    int maxConcurrentUploads,
    int maxDownloadAttempts,
    Duration retryDelay,
    Duration stallTimeout,
    Map<String, String> proxies) {
  public static final RegistrySettings DEFAULT =
      new RegistrySettings(
          List.of(),
          List.of(),
          Path.of("/etc/docker/certs.d"),
          3,
          5,
          5,
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Map.of());

  public RegistrySettings {
    insecureRegistries = List.copyOf(insecureRegistries);
    mirrors = List.copyOf(mirrors);
    proxies = Map.copyOf(proxies);
  }

  public RegistrySettings withInsecureRegistries(List<String> hosts) {
    return new RegistrySettings(
        hosts,
        mirrors,
        certsDirectory,
        maxConcurrentDownloads,
        maxConcurrentUploads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout,
        proxies);
  }

  public RegistrySettings withMirrors(List<URI> urls) {
    return new RegistrySettings(
        insecureRegistries,
        urls,
        certsDirectory,
        maxConcurrentDownloads,
        maxConcurrentUploads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout,
        proxies);
  }

  public RegistrySettings withDownloads(int concurrent, int attempts) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        certsDirectory,
        concurrent,
        maxConcurrentUploads,
        attempts,
        retryDelay,
        stallTimeout,
        proxies);
  }

  public RegistrySettings withUploads(int concurrent) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        certsDirectory,
        maxConcurrentDownloads,
        concurrent,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout,
        proxies);
  }

  public RegistrySettings withTimes(Duration delay, Duration stall) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        certsDirectory,
        maxConcurrentDownloads,
        maxConcurrentUploads,
        maxDownloadAttempts,
        delay,
        stall,
        proxies);
  }

  public RegistrySettings withCertsDirectory(Path directory) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        directory,
        maxConcurrentDownloads,
        maxConcurrentUploads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout,
        proxies);
  }

  public RegistrySettings withProxies(Map<String, String> variables) {
    return new RegistrySettings(
        insecureRegistries,
        mirrors,
        certsDirectory,
        maxConcurrentDownloads,
        maxConcurrentUploads,
        maxDownloadAttempts,
        retryDelay,
        stallTimeout,
        variables);
  }
}
