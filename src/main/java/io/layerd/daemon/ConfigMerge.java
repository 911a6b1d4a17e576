package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Puts flags and daemon.json together; what is in both is an error, as dockerd has it. */
final class ConfigMerge {
  private static final Set<String> LOG_LEVELS =
      Set.of("trace", "debug", "info", "warn", "warning", "error", "fatal", "panic");

  private final DaemonFlags flags;
  private final Map<String, JsonNode> file;

  private ConfigMerge(DaemonFlags flags, Map<String, JsonNode> file) {
    this.flags = flags;
    this.file = file;
  }

  /**
   * The effective configuration.
   *
   * @throws StartupFailure with the sentence dockerd prints
   */
  static DaemonConfig load(DaemonFlags flags) {
    Path path = flags.configFile == null ? ConfigFile.DEFAULT : Path.of(flags.configFile);
    refuseTls(flags);
    checkLogLevel(flags.logLevel);
    try {
      ConfigMerge merge = new ConfigMerge(flags, ConfigFile.read(path, flags.configFile != null));
      merge.refuseConflicts();
      return merge.config();
    } catch (StartupFailure e) {
      throw new StartupFailure(
          "unable to configure the Docker daemon with file " + path + ": " + e.sentence(), e);
    } catch (InvalidParameter e) {
      throw new StartupFailure(
          "unable to configure the Docker daemon with file "
              + path
              + ": merged configuration validation from file and command line flags failed: "
              + e.getMessage(),
          e);
    }
  }

  private static void refuseTls(DaemonFlags flags) {
    if (Boolean.TRUE.equals(flags.tls)
        || flags.tlsVerify != null
        || flags.tlsCaCert != null
        || flags.tlsCert != null
        || flags.tlsKey != null) {
      throw new StartupFailure(
          "this version of layerd does not serve TLS: leave the --tls flags out, listen on a unix"
              + " socket, and reach it from afar with docker -H ssh://");
    }
  }

  private static void checkLogLevel(@Nullable String level) {
    if (level != null && !LOG_LEVELS.contains(level)) {
      throw new StartupFailure("invalid logging level: " + level);
    }
  }

  private void refuseConflicts() {
    Map<String, Object> given = new TreeMap<>();
    put(given, "hosts", flags.hosts);
    put(given, "data-root", flags.dataRoot);
    put(given, "exec-root", flags.execRoot);
    put(given, "pidfile", flags.pidfile);
    put(given, "debug", flags.debug);
    put(given, "log-level", flags.logLevel);
    put(given, "storage-driver", flags.storageDriver);
    put(given, "storage-opts", flags.storageOpts);
    put(given, "insecure-registries", flags.insecureRegistries);
    put(given, "registry-mirrors", flags.registryMirrors);
    put(given, "max-concurrent-downloads", flags.maxConcurrentDownloads);
    put(given, "max-concurrent-uploads", flags.maxConcurrentUploads);
    put(given, "max-download-attempts", flags.maxDownloadAttempts);
    put(given, "bridge", flags.bridge);
    put(given, "bip", flags.bip);
    put(given, "mtu", flags.mtu);
    put(given, "default-runtime", flags.defaultRuntime);
    put(given, "labels", flags.labels);
    put(given, "group", flags.group);
    put(given, "dns", flags.dns);
    put(given, "dns-search", flags.dnsSearch);
    put(given, "dns-opts", flags.dnsOptions);
    put(given, "shutdown-timeout", flags.shutdownTimeout);
    List<String> conflicts = new ArrayList<>();
    given.forEach(
        (name, value) -> {
          JsonNode inFile = file.get(name);
          if (inFile != null) {
            conflicts.add(
                "%s: (from flag: %s, from file: %s)".formatted(name, go(value), go(inFile)));
          }
        });
    if (!conflicts.isEmpty()) {
      throw new StartupFailure(
          "the following directives are specified both as a flag and in the configuration file: "
              + String.join(", ", conflicts));
    }
  }

  private static void put(Map<String, Object> given, String name, @Nullable Object value) {
    if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
      given.put(name, value);
    }
  }

  private static String go(Object value) {
    return switch (value) {
      case List<?> list ->
          "[" + String.join(" ", list.stream().map(String::valueOf).toList()) + "]";
      case JsonNode node when node.isArray() -> {
        List<String> elements = new ArrayList<>();
        node.forEach(element -> elements.add(element.asText()));
        yield "[" + String.join(" ", elements) + "]";
      }
      case JsonNode node -> node.asText();
      default -> value.toString();
    };
  }

  private DaemonConfig config() {
    String logLevel = text(flags.logLevel, "log-level", "info");
    if (!LOG_LEVELS.contains(logLevel)) {
      throw new InvalidParameter("invalid logging level: " + logLevel);
    }
    return new DaemonConfig(
        hosts(),
        Path.of(text(flags.dataRoot, "data-root", "/var/lib/docker")).toAbsolutePath().normalize(),
        Path.of(text(flags.execRoot, "exec-root", "/var/run/docker")).toAbsolutePath().normalize(),
        Path.of(text(flags.pidfile, "pidfile", "/var/run/docker.pid")).toAbsolutePath(),
        flags.debug != null
            ? flags.debug
            : file.containsKey("debug") && file.get("debug").asBoolean(),
        logLevel,
        orNull(flags.storageDriver, "storage-driver"),
        list(flags.storageOpts, "storage-opts"),
        list(flags.insecureRegistries, "insecure-registries"),
        mirrors(),
        positive(flags.maxConcurrentDownloads, "max-concurrent-downloads", 3),
        positive(flags.maxDownloadAttempts, "max-download-attempts", 5),
        text(flags.bridge, "bridge", "docker0"),
        orNull(flags.bip, "bip"),
        positive(flags.mtu, "mtu", 1500),
        orNull(flags.defaultRuntime, "default-runtime"),
        labels(),
        orNull(flags.group, "group"),
        dns(),
        list(flags.dnsSearch, "dns-search"),
        list(flags.dnsOptions, "dns-opts"),
        number(flags.shutdownTimeout, "shutdown-timeout", 15),
        Boolean.FALSE.equals(flags.tls),
        warnings());
  }

  private List<HostAddress> hosts() {
    List<String> given = list(flags.hosts, "hosts");
    return new TreeSet<>(given.isEmpty() ? List.of(HostAddress.DEFAULT) : given)
        .stream().map(HostAddress::parse).distinct().toList();
  }

  private List<String> mirrors() {
    return list(flags.registryMirrors, "registry-mirrors").stream()
        .map(ConfigMerge::mirror)
        .toList();
  }

  /** A mirror's address with one slash at its end. */
  static String mirror(String text) {
    if (!text.contains("://")) {
      throw new InvalidParameter(
          "invalid mirror: no scheme specified for \""
              + text
              + "\": must use either 'https://' or 'http://'");
    }
    try {
      URI uri = URI.create(text);
      if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
        throw new InvalidParameter(
            "invalid mirror: unsupported scheme \""
                + uri.getScheme()
                + "\" in \""
                + text
                + "\": must use either 'https://' or 'http://'");
      }
      if (uri.getRawUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
        throw new InvalidParameter(
            "invalid mirror: \"" + text + "\" must not hold credentials, a query or a fragment");
      }
      return text.endsWith("/") ? text : text + "/";
    } catch (IllegalArgumentException e) {
      throw new InvalidParameter("invalid mirror: \"" + text + "\" is not a valid URI", e);
    }
  }

  private List<String> labels() {
    List<String> labels = list(flags.labels, "labels");
    for (String label : labels) {
      if (label.indexOf('=') < 1) {
        throw new InvalidParameter("bad attribute format: " + label);
      }
    }
    return labels;
  }

  private List<String> dns() {
    List<String> servers = list(flags.dns, "dns");
    for (String server : servers) {
      if (!IpLiteral.valid(server)) {
        throw file.containsKey("dns")
            ? new StartupFailure("invalid JSON: invalid IP address: " + server)
            : new InvalidParameter(server + " is not an ip address");
      }
    }
    return servers;
  }

  private List<String> warnings() {
    return new TreeSet<>(file.keySet())
        .stream()
            .filter(ConfigKeys.IGNORED::contains)
            .map(name -> "layerd does not act on \"" + name + "\" in the configuration file")
            .toList();
  }

  private int positive(@Nullable Integer flag, String name, int fallback) {
    int value = number(flag, name, fallback);
    if (value < 0) {
      throw new InvalidParameter("invalid " + name.replace('-', ' ') + ": " + value);
    }
    return value == 0 ? fallback : value;
  }

  private int number(@Nullable Integer flag, String name, int fallback) {
    JsonNode inFile = file.get(name);
    return flag != null ? flag : inFile == null || inFile.isNull() ? fallback : inFile.asInt();
  }

  private String text(@Nullable String flag, String name, String fallback) {
    String value = orNull(flag, name);
    return value == null ? fallback : value;
  }

  private @Nullable String orNull(@Nullable String flag, String name) {
    JsonNode inFile = file.get(name);
    String value = flag != null ? flag : inFile == null ? null : inFile.asText();
    return value == null || value.isEmpty() ? null : value;
  }

  private List<String> list(List<String> flag, String name) {
    List<String> values = new ArrayList<>(flag);
    JsonNode inFile = file.get(name);
    if (inFile != null) {
      inFile.forEach(element -> values.add(element.asText()));
    }
    return List.copyOf(values);
  }
}
