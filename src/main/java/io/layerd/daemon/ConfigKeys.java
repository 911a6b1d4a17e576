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
    INT("int");

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
  static final Set<String> IGNORED =
      Set.of(
          "allow-nondistributable-artifacts",
          "api-cors-header",
          "builder",
          "cdi-spec-dirs",
          "cgroup-parent",
          "containerd",
          "containerd-namespace",
          "containerd-plugin-namespace",
          "cpu-rt-period",
          "cpu-rt-runtime",
          "default-address-pools",
          "default-cgroupns-mode",
          "default-gateway",
          "default-gateway-v6",
          "default-ipc-mode",
          "default-network-opts",
          "default-shm-size",
          "default-ulimits",
          "exec-opts",
          "experimental",
          "features",
          "firewall-backend",
          "fixed-cidr",
          "fixed-cidr-v6",
          "host-gateway-ip",
          "host-gateway-ips",
          "http-proxy",
          "https-proxy",
          "icc",
          "init",
          "init-path",
          "insecure-registry-cidrs",
          "ip",
          "ip-forward",
          "ip-forward-no-drop",
          "ip-masq",
          "ip6tables",
          "iptables",
          "ipv6",
          "live-restore",
          "log-driver",
          "log-format",
          "log-opts",
          "metrics-addr",
          "network-control-plane-mtu",
          "network-diagnostic-port",
          "no-proxy",
          "node-generic-resources",
          "oom-score-adjust",
          "proxies",
          "raw-logs",
          "runtimes",
          "swarm-default-advertise-addr",
          "allow-direct-routing",
          "bridge-accept-fwmark",
          "userland-proxy",
          "userland-proxy-path",
          "min-api-version",
          "max-concurrent-uploads",
          "bip6");

  /** Keys that promise protection layerd would not give: refused, so that nobody believes in it. */
  static final Set<String> REFUSED =
      Set.of(
          "authorization-plugins",
          "no-new-privileges",
          "rootless",
          "seccomp-profile",
          "selinux-enabled",
          "tls",
          "tlscacert",
          "tlscert",
          "tlskey",
          "tlsverify",
          "userns-remap");

  private ConfigKeys() {}

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
          "dns-opts"
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
          "group"
        }) {
      keys.put(key, Type.STRING);
    }
    for (String key :
        new String[] {
          "max-concurrent-downloads", "max-download-attempts", "mtu", "shutdown-timeout"
        }) {
      keys.put(key, Type.INT);
    }
    keys.put("debug", Type.BOOL);
    return keys;
  }
}
