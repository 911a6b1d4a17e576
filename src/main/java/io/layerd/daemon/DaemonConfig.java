package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.sys.IdMappings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How this daemon runs: flags and daemon.json put together, defaults filled in.
 *
 * @param group null for {@code docker} if there is such a group
 * @param storageDriver null lets what is on disk decide
 * @param bip address and prefix of the default bridge; null takes a free one
 * @param metricsAddress where metrics are served in the open, {@code host:port}; null for nowhere
 * @param healthAddress where health is served in the open; may be the same
 * @param ids what ids of the host stand for those of containers; found once, at the start
 * @param file the directives of daemon.json that are in force
 */
record DaemonConfig(
    List<HostAddress> hosts,
    Path dataRoot,
    Path execRoot,
    Path pidfile,
    boolean debug,
    String logLevel,
    String logFormat,
    @Nullable String storageDriver,
    List<String> storageOptions,
    List<String> insecureRegistries,
    List<String> registryMirrors,
    int maxConcurrentDownloads,
    int maxConcurrentUploads,
    int maxDownloadAttempts,
    String bridge,
    @Nullable String bip,
    int mtu,
    @Nullable String defaultRuntime,
    List<String> labels,
    @Nullable String group,
    List<String> dns,
    List<String> dnsSearch,
    List<String> dnsOptions,
    int shutdownTimeoutSeconds,
    @Nullable String metricsAddress,
    @Nullable String healthAddress,
    TlsChoice tls,
    AccessOptions access,
    EngineOptions engine,
    Map<String, JsonNode> file,
    List<String> warnings,
    IdMappings ids) {

  /** The same where ids of containers are not the host's. */
  DaemonConfig remapped(Path otherRoot, IdMappings otherIds) {
    return new DaemonConfig(
        hosts,
        otherRoot,
        execRoot,
        pidfile,
        debug,
        logLevel,
        logFormat,
        storageDriver,
        storageOptions,
        insecureRegistries,
        registryMirrors,
        maxConcurrentDownloads,
        maxConcurrentUploads,
        maxDownloadAttempts,
        bridge,
        bip,
        mtu,
        defaultRuntime,
        labels,
        group,
        dns,
        dnsSearch,
        dnsOptions,
        shutdownTimeoutSeconds,
        metricsAddress,
        healthAddress,
        tls,
        access,
        engine,
        file,
        warnings,
        otherIds);
  }
}
