package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * dockerd's flags that layerd knows by name and mostly does not act on: taken with a warning where
 * nothing is lost, refused where somebody would believe in a protection that is not there.
 */
final class DockerdFlags {
  /** What becomes of a flag. */
  enum Fate {
    /** Acted on. */
    WORKS,
    /** Taken, and logged as ignored. */
    WARNED,
    /** A reason not to start, unless the value is the usual one. */
    REFUSED
  }

  /**
   * @param key in daemon.json; empty if there is none
   * @param usual what it is anyway; true and false for a switch
   */
  record Flag(String name, String key, String usual, Fate fate) {
    boolean isSwitch() {
      return usual.equals("true") || usual.equals("false");
    }
  }

  static final Map<String, Flag> ALL = all();

  private static final Map<String, String> WORKING =
      Map.ofEntries(
          Map.entry("add-runtime", "Register an additional OCI compatible runtime, NAME=PATH"),
          Map.entry("cgroup-parent", "Set parent cgroup for all containers"),
          Map.entry(
              "default-address-pool",
              "Default address pools for networks, base=10.10.0.0/16,size=24"),
          Map.entry(
              "default-cgroupns-mode",
              "Default mode for containers cgroup namespace (\"host\" | \"private\")"),
          Map.entry(
              "default-ipc-mode", "Default mode for containers ipc (\"shareable\" | \"private\")"),
          Map.entry("default-shm-size", "Default shm size for containers"),
          Map.entry("default-ulimit", "Default ulimits for containers, nofile=1024:2048"),
          Map.entry("default-network-opt", "Default network options, DRIVER=KEY=VALUE"),
          Map.entry("exec-opt", "Runtime execution options, native.cgroupdriver=cgroupfs"),
          Map.entry(
              "experimental", "Offer experimental parts of the API: checkpoints, build --squash"),
          Map.entry("feature", "Enable feature in the daemon"),
          Map.entry("bip6", "IPv6 CIDR for the default bridge"),
          Map.entry("default-gateway", "Default gateway IPv4 address for the default bridge"),
          Map.entry("default-gateway-v6", "Default gateway IPv6 address for the default bridge"),
          Map.entry("fixed-cidr-v6", "IPv6 subnet for fixed IPs of the default bridge"),
          Map.entry("iptables", "Add packet rules for networks and published ports"),
          Map.entry("ipv6", "Enable IPv6 networking for the default bridge"),
          Map.entry("fixed-cidr", "IPv4 subnet for fixed IPs of the default bridge"),
          Map.entry("host-gateway-ip", "IP addresses that host-gateway stands for in --add-host"),
          Map.entry("http-proxy", "HTTP proxy URL to use for outgoing traffic"),
          Map.entry("https-proxy", "HTTPS proxy URL to use for outgoing traffic"),
          Map.entry("icc", "Enable inter-container communication on the default bridge"),
          Map.entry("init", "Run an init in the container to forward signals and reap processes"),
          Map.entry("init-path", "Path to the docker-init binary"),
          Map.entry("ip", "Host IP for port publishing from the default bridge network"),
          Map.entry("ip-forward", "Enable IP forwarding on the host"),
          Map.entry("ip-masq", "Enable IP masquerading for the default bridge network"),
          Map.entry("live-restore", "Containers go on when the daemon is stopped"),
          Map.entry("log-driver", "Default driver for container logs (default \"json-file\")"),
          Map.entry("log-format", "Set the logging format (\"text\"|\"json\")"),
          Map.entry("log-opt", "Default log driver options for containers"),
          Map.entry("selinux-enabled", "Give containers SELinux labels, on a host that has them"),
          Map.entry("no-new-privileges", "Set no-new-privileges by default for new containers"),
          Map.entry("no-proxy", "Hosts or IP addresses that the proxy is not used for"),
          Map.entry("raw-logs", "Full timestamps without ANSI coloring, which is so anyway"),
          Map.entry("seccomp-profile", "Path to seccomp profile, \"builtin\" or \"unconfined\""),
          Map.entry("userns-remap", "User/Group setting for user namespaces"),
          Map.entry("userland-proxy", "Pass on what no packet rule leads to a published port"));

  private DockerdFlags() {}

  private static Map<String, Flag> all() {
    Map<String, Flag> all = new LinkedHashMap<>();
    String table =
        """
        add-runtime runtimes - WORKS
        cgroup-parent cgroup-parent - WORKS
        default-address-pool default-address-pools - WORKS
        init-path init-path - WORKS
        live-restore live-restore false WORKS
        allow-direct-routing allow-direct-routing false WARNED
        bip6 bip6 - WORKS
        cdi-spec-dir cdi-spec-dirs - WARNED
        containerd containerd - WARNED
        containerd-namespace containerd-namespace moby WARNED
        containerd-plugins-namespace containerd-plugin-namespace plugins.moby WARNED
        cpu-rt-period cpu-rt-period 0 WARNED
        cpu-rt-runtime cpu-rt-runtime 0 WARNED
        cri-containerd cri-containerd false WARNED
        default-cgroupns-mode default-cgroupns-mode - WORKS
        default-gateway default-gateway - WORKS
        default-gateway-v6 default-gateway-v6 - WORKS
        default-ipc-mode default-ipc-mode private WORKS
        default-network-opt default-network-opts - WORKS
        default-shm-size default-shm-size - WORKS
        default-ulimit default-ulimits - WORKS
        exec-opt exec-opts - WORKS
        experimental experimental false WORKS
        feature features - WORKS
        fixed-cidr fixed-cidr - WORKS
        fixed-cidr-v6 fixed-cidr-v6 - WORKS
        host-gateway-ip host-gateway-ips - WORKS
        http-proxy http-proxy - WORKS
        https-proxy https-proxy - WORKS
        no-proxy no-proxy - WORKS
        init init false WORKS
        ip-forward ip-forward true WORKS
        ip-forward-no-drop ip-forward-no-drop false WARNED
        ip-masq ip-masq true WORKS
        ip6tables ip6tables true WARNED
        iptables iptables true WORKS
        ipv6 ipv6 false WORKS
        log-driver log-driver json-file WORKS
        log-format log-format text WORKS
        log-opt log-opts - WORKS
        network-control-plane-mtu network-control-plane-mtu 1500 WARNED
        node-generic-resource node-generic-resources - WARNED
        raw-logs raw-logs false WORKS
        swarm-default-advertise-addr swarm-default-advertise-addr - WARNED
        userland-proxy userland-proxy true WORKS
        userland-proxy-path userland-proxy-path - WARNED
        icc icc true WORKS
        ip ip 0.0.0.0 WORKS
        no-new-privileges no-new-privileges false WORKS
        rootless rootless false REFUSED
        seccomp-profile seccomp-profile builtin WORKS
        selinux-enabled selinux-enabled false WORKS
        userns-remap userns-remap - WORKS
        """;
    table
        .lines()
        .map(line -> line.split(" ", -1))
        .forEach(
            word ->
                all.put(
                    word[0],
                    new Flag(
                        word[0],
                        word[1],
                        word[2].equals("-") ? "" : word[2],
                        Fate.valueOf(word[3]))));
    return all;
  }

  /** In the file, proxies stand in a directive of their own: alone they are nothing to dockerd. */
  static Set<String> keysThatWork() {
    return ALL.values().stream()
        .filter(flag -> flag.fate() == Fate.WORKS)
        .map(Flag::key)
        .filter(key -> !key.endsWith("-proxy") || key.equals("userland-proxy"))
        .collect(Collectors.toSet());
  }

  /** Puts them on a command line; what is given lands in {@code given}. */
  static void add(CommandSpec spec, Map<String, List<String>> given) {
    for (Flag flag : ALL.values()) {
      spec.addOption(
          OptionSpec.builder("--" + flag.name())
              .type(List.class)
              .auxiliaryTypes(String.class)
              .arity(flag.isSwitch() ? "0..1" : "1")
              .fallbackValue(flag.isSwitch() ? "true" : "")
              .paramLabel(flag.isSwitch() ? "bool" : "value")
              .description(description(flag))
              .getter(
                  new picocli.CommandLine.Model.IGetter() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T get() {
                      return (T) new ArrayList<>(given.getOrDefault(flag.name(), List.of()));
                    }
                  })
              .setter(
                  new picocli.CommandLine.Model.ISetter() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T set(T value) {
                      if (value != null) {
                        given.put(flag.name(), List.copyOf((List<String>) value));
                      }
                      return value;
                    }
                  })
              .build());
    }
  }

  private static String description(Flag flag) {
    return switch (flag.fate()) {
      case WORKS -> Objects.requireNonNull(WORKING.get(flag.name()));
      case WARNED -> "As dockerd has it; ignored with a warning";
      case REFUSED -> "As dockerd has it; refused unless it is \"" + flag.usual() + "\"";
    };
  }

  private static String value(Flag flag, List<String> given) {
    return flag.isSwitch()
        ? String.valueOf(flagged(flag, given.getLast()))
        : String.join(",", given);
  }

  private static boolean flagged(Flag flag, String text) {
    try {
      return new GoBool().convert(text);
    } catch (IllegalArgumentException e) {
      throw new StartupFailure(
          "invalid argument \"" + text + "\" for \"--" + flag.name() + "\" flag: " + e.getMessage(),
          e);
    }
  }

  /**
   * Sentences for what is ignored.
   *
   * @throws StartupFailure for a protection that layerd does not give
   */
  static List<String> judge(Map<String, List<String>> given, Map<String, JsonNode> file) {
    List<String> warnings = new ArrayList<>();
    for (Flag flag : ALL.values()) {
      JsonNode inFile = file.get(flag.key());
      String value =
          given.containsKey(flag.name())
              ? value(flag, given.get(flag.name()))
              : inFile == null || inFile.isNull()
                  ? flag.usual()
                  : inFile.isValueNode() ? inFile.asText() : "given";
      if (value.equals(flag.usual()) || flag.fate() == Fate.WORKS) {
        continue;
      }
      String name = given.containsKey(flag.name()) ? "--" + flag.name() : "\"" + flag.key() + "\"";
      if (flag.fate() == Fate.REFUSED) {
        throw new StartupFailure(
            "layerd does not support " + name + " other than \"" + flag.usual() + "\": remove it");
      }
      if (given.containsKey(flag.name())) {
        warnings.add("layerd does not act on " + name);
      }
    }
    return warnings;
  }
}
