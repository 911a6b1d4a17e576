package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.sys.IdMappings;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
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

  /** The effective configuration; a {@link StartupFailure} says what dockerd prints. */
  static DaemonConfig load(DaemonFlags flags) {
    return checkLabels(
        load(flags, "merged configuration validation from file and command line flags"));
  }

  /**
   * The configuration of a daemon that is to go on with its file as it is now. As dockerd has it, a
   * directive that is in the file no more keeps its value, unless it is of {@link ConfigKeys#GONE}.
   *
   * @throws StartupFailure with the sentence dockerd logs
   */
  static DaemonConfig reread(DaemonFlags flags, DaemonConfig running) {
    Map<String, JsonNode> now = load(flags, "file configuration validation").file();
    Map<String, JsonNode> file = new HashMap<>(running.file());
    file.keySet().removeAll(ConfigKeys.GONE);
    now.forEach(
        (name, value) -> {
          if (ConfigKeys.RELOADED.contains(name) || ConfigKeys.GONE.contains(name)) {
            file.put(name, value);
          }
        });
    return checkLabels(new ConfigMerge(flags, file).config());
  }

  private static DaemonConfig checkLabels(DaemonConfig config) {
    Map<String, String> byName = new HashMap<>();
    for (String label : config.labels()) {
      String before = byName.put(label.substring(0, label.indexOf('=')), label);
      if (before != null && !before.equals(label)) {
        throw new StartupFailure("conflict labels for " + label + " and " + before);
      }
    }
    return config;
  }

  private static DaemonConfig load(DaemonFlags flags, String step) {
    Path path = path(flags);
    checkLogLevel(flags.logLevel);
    try {
      ConfigMerge merge = new ConfigMerge(flags, file(flags, path));
      merge.refuseConflicts();
      ConfigFile.checkTypes(merge.file);
      IgnoredKeys.checkMerged(merge.given());
      return merge.config();
    } catch (StartupFailure e) {
      throw new StartupFailure(
          "unable to configure the Docker daemon with file " + path + ": " + e.sentence(), e);
    } catch (InvalidParameter e) {
      String failed = step + " failed: " + e.getMessage();
      throw new StartupFailure(
          step.startsWith("merged")
              ? "unable to configure the Docker daemon with file " + path + ": " + failed
              : failed,
          e);
    }
  }

  static Path path(DaemonFlags flags) {
    return flags.configFile == null ? ConfigFile.DEFAULT : Path.of(flags.configFile);
  }

  /** An empty name stands for no file. */
  private static Map<String, JsonNode> file(DaemonFlags flags, Path path) {
    return "".equals(flags.configFile) ? Map.of() : ConfigFile.read(path, flags.configFile != null);
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
    put(given, "metrics-addr", flags.metricsAddress);
    put(given, "health-addr", flags.healthAddress);
    put(given, "tls", flags.tls);
    put(given, "tlsverify", flags.tlsVerify);
    put(given, "tlscacert", flags.tlsCaCert);
    put(given, "tlscert", flags.tlsCert);
    put(given, "tlskey", flags.tlsKey);
    put(given, "tlscrl", flags.tlsCrl);
    put(given, "authorization-policy", flags.authorizationPolicy);
    put(given, "audit-log", flags.auditLog);
    put(given, "authorization-plugins", flags.authorizationPlugins);
    flags.more.forEach(
        (name, values) -> {
          DockerdFlags.Flag flag = DockerdFlags.ALL.get(name);
          if (flag != null && !flag.key().isEmpty() && !name.equals("add-runtime")) {
            put(given, flag.key(), values.size() == 1 ? values.getFirst() : values);
          }
        });
    List<String> conflicts = new ArrayList<>();
    given.forEach(
        (name, value) -> {
          JsonNode inFile = Given.find(file, name);
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

  private Given given() {
    return new Given(flags.more, file);
  }

  private DaemonConfig config() {
    String logLevel = text(flags.logLevel, "log-level", "info");
    if (!LOG_LEVELS.contains(logLevel)) {
      throw new InvalidParameter("invalid logging level: " + logLevel);
    }
    List<HostAddress> hosts = hosts();
    return new DaemonConfig(
        hosts,
        Path.of(text(flags.dataRoot, "data-root", "/var/lib/docker")).toAbsolutePath().normalize(),
        Path.of(text(flags.execRoot, "exec-root", "/var/run/docker")).toAbsolutePath().normalize(),
        Path.of(text(flags.pidfile, "pidfile", "/var/run/docker.pid")).toAbsolutePath(),
        flags.debug != null
            ? flags.debug
            : file.containsKey("debug") && file.get("debug").asBoolean(),
        logLevel,
        given().text("log-format"),
        orNull(flags.storageDriver, "storage-driver"),
        list(flags.storageOpts, "storage-opts"),
        list(flags.insecureRegistries, "insecure-registries"),
        mirrors(),
        positive(flags.maxConcurrentDownloads, "max-concurrent-downloads", 3),
        positive(flags.maxConcurrentUploads, "max-concurrent-uploads", 5),
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
        orNull(flags.metricsAddress, "metrics-addr"),
        orNull(flags.healthAddress, "health-addr"),
        TlsChoice.of(flags, file, System.getenv(), hosts),
        access(),
        EngineOptions.of(given()),
        Map.copyOf(file),
        warnings(),
        IdMappings.NONE);
  }

  private AccessOptions access() {
    String policy = orNull(flags.authorizationPolicy, "authorization-policy");
    return new AccessOptions(
        policy == null ? null : Path.of(policy).toAbsolutePath(),
        orNull(flags.auditLog, "audit-log"),
        list(flags.authorizationPlugins, "authorization-plugins"));
  }

  private List<HostAddress> hosts() {
    List<String> given = list(flags.hosts, "hosts");
    String usual = TlsChoice.asked(flags, file) ? HostAddress.DEFAULT_TLS : HostAddress.DEFAULT;
    return new TreeSet<>(given.isEmpty() ? List.of("") : given)
        .stream().map(host -> HostAddress.parse(host.isBlank() ? usual : host)).distinct().toList();
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
    List<String> warnings = new ArrayList<>(DockerdFlags.judge(flags.more, file));
    Set<String> used = DockerdFlags.keysThatWork();
    for (String name : new TreeSet<>(file.keySet())) {
      if (ConfigKeys.IGNORED.containsKey(name) && !used.contains(name)) {
        warnings.add("layerd does not act on \"" + name + "\" in the configuration file");
      }
    }
    warnings.addAll(EngineOptions.missingFeatures(given()));
    return List.copyOf(warnings);
  }

  private int positive(@Nullable Integer flag, String name, int fallback) {
    int value = number(flag, name, fallback);
    if (value < 0) {
      throw new InvalidParameter(
          "invalid "
              + (name.equals("mtu") ? "default MTU" : name.replace('-', ' '))
              + ": "
              + value);
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
