package io.layerd.daemon;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The keys dockerd knows in daemon.json, and what layerd does with each. */
final class ConfigKeys {
  /** JSON type of a value, named as Go's decoder names it in errors. */
  enum Type {
    STRING("string"),
    STRINGS("[]string"),
    BOOL("bool"),
    INT("int"),
    INT64("int64"),
    IP("net.IP"),
    ADDRESSES("[]netip.Addr"),
    TEXTS("map[string]string"),
    NETWORK_OPTIONS("map[string]map[string]string"),
    FEATURES("map[string]bool"),
    ULIMITS("map[string]*units.Ulimit"),
    RUNTIMES("map[string]system.Runtime"),
    BUILDER("config.BuilderConfig"),
    FORMAT("log.OutputFormat"),
    ANY("");

    final String goName;

    Type(String goName) {
      this.goName = goName;
    }
  }

  /** Keys layerd acts on. */
  static final Map<String, Type> KNOWN = known();

  /**
   * Keys that are accepted because they change nothing a client could rely on; logged as ignored.
   */
  static final Map<String, Type> IGNORED = ignored();

  /** What a running daemon takes over from the file; what is there no more stays as it is. */
  static final Set<String> RELOADED =
      Set.of(
          "debug",
          "labels",
          "insecure-registries",
          "registry-mirrors",
          "default-runtime",
          "runtimes",
          "live-restore",
          "shutdown-timeout",
          "default-shm-size",
          "default-ipc-mode",
          "default-cgroupns-mode");

  /** What a running daemon takes over from the file; what is there no more is not said. */
  static final Set<String> GONE =
      Set.of(
          "max-concurrent-downloads",
          "max-concurrent-uploads",
          "max-download-attempts",
          "features",
          "authorization-plugins",
          "authorization-policy",
          "tlscacert",
          "tlscert",
          "tlskey",
          "tlscrl");

  private ConfigKeys() {}

  private static Map<String, Type> ignored() {
    Map<String, Type> keys = new LinkedHashMap<>();
    put(
        keys,
        Type.ANY,
        "allow-nondistributable-artifacts default-address-pools default-shm-size http-proxy https-proxy no-proxy");
    put(
        keys,
        Type.STRING,
        "api-cors-header seccomp-profile userns-remap containerd-plugin-namespace cgroup-parent containerd containerd-namespace default-cgroupns-mode default-ipc-mode fixed-cidr fixed-cidr-v6 init-path log-driver swarm-default-advertise-addr userland-proxy-path bip6");
    put(keys, Type.BUILDER, "builder");
    put(keys, Type.STRINGS, "cdi-spec-dirs exec-opts node-generic-resources");
    put(keys, Type.INT64, "cpu-rt-period cpu-rt-runtime");
    put(keys, Type.IP, "default-gateway default-gateway-v6 host-gateway-ip ip");
    put(keys, Type.NETWORK_OPTIONS, "default-network-opts");
    put(keys, Type.ULIMITS, "default-ulimits");
    put(
        keys,
        Type.BOOL,
        "experimental icc no-new-privileges rootless selinux-enabled init ip-forward ip-forward-no-drop ip-masq ip6tables iptables ipv6 live-restore raw-logs allow-direct-routing userland-proxy cri-containerd");
    put(keys, Type.FEATURES, "features");
    put(keys, Type.ADDRESSES, "host-gateway-ips");
    put(keys, Type.FORMAT, "log-format");
    put(keys, Type.TEXTS, "log-opts");
    put(keys, Type.INT, "network-control-plane-mtu network-diagnostic-port max-concurrent-uploads");
    put(keys, Type.RUNTIMES, "runtimes");
    return keys;
  }

  private static void put(Map<String, Type> keys, Type type, String names) {
    for (String name : names.split(" ", -1)) {
      keys.put(name, type);
    }
  }

  private static Map<String, Type> known() {
    Map<String, Type> keys = new LinkedHashMap<>();
    for (String key :
        new String[] {
          "hosts",
          "storage-opts",
          "insecure-registries",
          "registry-mirrors",
          "labels",
          "dns",
          "dns-search",
          "dns-opts",
          "authorization-plugins"
        }) {
      keys.put(key, Type.STRINGS);
    }
    for (String key :
        new String[] {
          "data-root",
          "exec-root",
          "pidfile",
          "log-level",
          "storage-driver",
          "bridge",
          "bip",
          "default-runtime",
          "group",
          "metrics-addr",
          "health-addr",
          "tlscacert",
          "tlscert",
          "tlskey",
          "tlscrl",
          "authorization-policy",
          "audit-log"
        }) {
      keys.put(key, Type.STRING);
    }
    for (String key :
        new String[] {
          "max-concurrent-downloads", "max-download-attempts", "mtu", "shutdown-timeout"
        }) {
      keys.put(key, Type.INT);
    }
    keys.put("proxies", Type.ANY);
    for (String key : new String[] {"debug", "tls", "tlsverify"}) {
      keys.put(key, Type.BOOL);
    }
    return keys;
  }
}
