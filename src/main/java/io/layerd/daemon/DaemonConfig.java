package io.layerd.daemon;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this daemon runs: flags and daemon.json put together, defaults filled in.
 *
 * @param group null for {@code docker} if there is such a group
 * @param storageDriver null lets what is on disk decide
 * @param bip address and prefix of the default bridge; null takes a free one
 * @param tlsDeclined {@code --tls=false} was said
 */
record DaemonConfig(
    List<HostAddress> hosts,
    Path dataRoot,
    Path execRoot,
    Path pidfile,
    boolean debug,
    String logLevel,
    @Nullable String storageDriver,
    List<String> storageOptions,
    List<String> insecureRegistries,
    List<String> registryMirrors,
    int maxConcurrentDownloads,
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
    boolean tlsDeclined,
    List<String> warnings) {}
