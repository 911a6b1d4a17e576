package io.layerd.daemon;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command line, named as dockerd's. What is absent stays null or empty, so that it can be told
 * from a default.
 */
@Command(
    name = "layerd",
    synopsisHeading = "Usage:  ",
    customSynopsis = {"layerd [OPTIONS]", "  or:  layerd COMMAND [OPTIONS]"},
    commandListHeading = "%nCommands, in place of the daemon (layerd COMMAND --help):%n",
    description = "%nA container engine daemon that any Docker client drives unchanged.%n",
    sortOptions = true)
final class DaemonFlags {
  /** Those of {@link DockerdFlags} that are given, by name. */
  final Map<String, List<String>> more = new TreeMap<>();

  @Option(
      names = {"-H", "--host"},
      paramLabel = "list",
      description = "Daemon socket(s) to connect to")
  List<String> hosts = new ArrayList<>();

  @Option(
      names = "--data-root",
      paramLabel = "string",
      description = "Root directory of persistent state (default \"/var/lib/docker\")")
  @Nullable String dataRoot;

  @Option(
      names = "--exec-root",
      paramLabel = "string",
      description = "Root directory for execution state files (default \"/var/run/docker\")")
  @Nullable String execRoot;

  @Option(
      names = {"-p", "--pidfile"},
      paramLabel = "string",
      description = "Path to use for daemon PID file (default \"/var/run/docker.pid\")")
  @Nullable String pidfile;

  @Option(
      names = {"-D", "--debug"},
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "bool",
      description = "Enable debug mode")
  @Nullable Boolean debug;

  @Option(
      names = {"-l", "--log-level"},
      paramLabel = "string",
      description =
          "Set the logging level (\"debug\"|\"info\"|\"warn\"|\"error\"|\"fatal\") (default \"info\")")
  @Nullable String logLevel;

  @Option(
      names = "--config-file",
      paramLabel = "string",
      description = "Daemon configuration file (default \"/etc/docker/daemon.json\")")
  @Nullable String configFile;

  @Option(
      names = {"-s", "--storage-driver"},
      paramLabel = "string",
      description = "Storage driver to use")
  @Nullable String storageDriver;

  @Option(names = "--storage-opt", paramLabel = "list", description = "Storage driver options")
  List<String> storageOpts = new ArrayList<>();

  @Option(
      names = "--insecure-registry",
      paramLabel = "list",
      description = "Enable insecure registry communication")
  List<String> insecureRegistries = new ArrayList<>();

  @Option(
      names = "--registry-mirror",
      paramLabel = "list",
      description = "Preferred registry mirror")
  List<String> registryMirrors = new ArrayList<>();

  @Option(
      names = "--max-concurrent-downloads",
      paramLabel = "int",
      description = "Set the max concurrent downloads (default 3)")
  @Nullable Integer maxConcurrentDownloads;

  @Option(
      names = "--max-concurrent-uploads",
      paramLabel = "int",
      description = "Set the max concurrent uploads (default 5)")
  @Nullable Integer maxConcurrentUploads;

  @Option(
      names = "--max-download-attempts",
      paramLabel = "int",
      description = "Set the max download attempts for each pull (default 5)")
  @Nullable Integer maxDownloadAttempts;

  @Option(
      names = {"-b", "--bridge"},
      paramLabel = "string",
      description = "Attach containers to a network bridge (default \"docker0\")")
  @Nullable String bridge;

  @Option(
      names = "--bip",
      paramLabel = "string",
      description = "IPv4 address for the default bridge")
  @Nullable String bip;

  @Option(
      names = "--mtu",
      paramLabel = "int",
      description = "Set the MTU for the default \"bridge\" network (default 1500)")
  @Nullable Integer mtu;

  @Option(
      names = "--default-runtime",
      paramLabel = "string",
      description = "Default OCI runtime for containers")
  @Nullable String defaultRuntime;

  @Option(
      names = "--label",
      paramLabel = "list",
      description = "Set key=value labels to the daemon")
  List<String> labels = new ArrayList<>();

  @Option(
      names = {"-G", "--group"},
      paramLabel = "string",
      description = "Group for the unix socket (default \"docker\")")
  @Nullable String group;

  @Option(names = "--dns", paramLabel = "list", description = "DNS server to use")
  List<String> dns = new ArrayList<>();

  @Option(names = "--dns-search", paramLabel = "list", description = "DNS search domains to use")
  List<String> dnsSearch = new ArrayList<>();

  @Option(names = "--dns-opt", paramLabel = "list", description = "DNS options to use")
  List<String> dnsOptions = new ArrayList<>();

  @Option(
      names = "--shutdown-timeout",
      paramLabel = "int",
      description = "Set the shutdown timeout in seconds (default 15)")
  @Nullable Integer shutdownTimeout;

  @Option(
      names = "--metrics-addr",
      paramLabel = "string",
      description = "Set default address and port to serve the metrics api on")
  @Nullable String metricsAddress;

  @Option(
      names = "--health-addr",
      paramLabel = "string",
      description = "Address and port to serve health checks on, without TLS (may be the same)")
  @Nullable String healthAddress;

  @Option(
      names = "--tls",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "bool",
      description = "Use TLS; implied by --tlsverify")
  @Nullable Boolean tls;

  @Option(
      names = "--tlsverify",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "bool",
      description = "Use TLS and verify the remote")
  @Nullable Boolean tlsVerify;

  @Option(
      names = "--tlscacert",
      paramLabel = "string",
      description = "Trust certs signed only by this CA")
  @Nullable String tlsCaCert;

  @Option(names = "--tlscert", paramLabel = "string", description = "Path to TLS certificate file")
  @Nullable String tlsCert;

  @Option(names = "--tlskey", paramLabel = "string", description = "Path to TLS key file")
  @Nullable String tlsKey;

  @Option(
      names = "--tlscrl",
      paramLabel = "string",
      description = "Refuse client certificates that this file of revocation lists names")
  @Nullable String tlsCrl;

  @Option(
      names = "--authorization-policy",
      paramLabel = "string",
      description = "File that says which client may do what")
  @Nullable String authorizationPolicy;

  @Option(
      names = "--authorization-plugin",
      paramLabel = "list",
      description = "Authorization plugins to load")
  List<String> authorizationPlugins = new ArrayList<>();

  @Option(
      names = "--audit-log",
      paramLabel = "string",
      description = "Record each request in a file, on \"stdout\" or in the daemon's \"log\"")
  @Nullable String auditLog;

  @Option(names = "--validate", description = "Validate daemon configuration and exit")
  boolean validate;

  @Option(
      names = {"-v", "--version"},
      description = "Print version information and quit")
  boolean version;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print usage")
  boolean help;
}
