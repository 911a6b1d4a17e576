package io.layerd.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import io.layerd.error.InvalidParameter;
import io.layerd.network.BridgeChoices;
import io.layerd.network.DefaultPools;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What containers and networks are made with where nobody says otherwise.
 *
 * @param pools empty for Docker's own
 * @param runtimes by name, besides those that are found
 * @param cgroupParent empty for the usual one
 * @param initPath null looks for one
 * @param hostGateways what {@code host-gateway} stands for; empty for the default bridge's address
 * @param forwarding whether to let the host forward packets
 * @param liveRestore whether containers go on when the daemon is stopped
 * @param selinux whether containers get labels, on a host that has them
 * @param experimental whether experimental parts of the API are offered
 * @param usernsRemap whose subordinate ids stand for those of containers; empty for none
 * @param proxies {@code HTTP_PROXY} and so on, where they are not the environment's
 */
record EngineOptions(
    List<DefaultPools.Entry> pools,
    Map<String, RuntimeChoice> runtimes,
    String cgroupParent,
    @Nullable Path initPath,
    ContainerChoices containers,
    BridgeChoices bridges,
    List<String> hostGateways,
    boolean forwarding,
    List<String> execOptions,
    boolean liveRestore,
    boolean selinux,
    boolean experimental,
    Map<String, String> proxies,
    Map<String, Boolean> features,
    String usernsRemap) {

  /**
   * @throws InvalidParameter for what makes no sense
   */
  static EngineOptions of(Given given) {
    List<DefaultPools.Entry> pools = new ArrayList<>();
    given
        .flags()
        .getOrDefault("default-address-pool", List.of())
        .forEach(text -> pools.add(pool(text)));
    JsonNode inFile = given.file().get("default-address-pools");
    if (inFile != null) {
      inFile.forEach(
          pool -> pools.add(entry(pool.path("base").asText(), pool.path("size").asInt())));
    }
    String init = given.text("init-path");
    return new EngineOptions(
        List.copyOf(pools),
        RuntimeChoice.of(given),
        given.text("cgroup-parent"),
        init.isEmpty() ? null : Path.of(init),
        ContainerChoices.of(given),
        bridges(given),
        hostGateways(given),
        given.on("ip-forward", true),
        execOptions(given),
        given.on("live-restore", false),
        given.on("selinux-enabled", false),
        given.on("experimental", false),
        given.proxies(),
        features(given),
        given.text("userns-remap"));
  }

  private static BridgeChoices bridges(Given given) {
    String ip = given.text("ip");
    return new BridgeChoices(
        ip.isEmpty() ? BridgeChoices.USUAL.hostBinding() : ip,
        given.on("icc", true),
        given.on("ip-masq", true),
        orNull(given.text("fixed-cidr")),
        address(given, "default-gateway"),
        new BridgeChoices.Ipv6(
            given.on("ipv6", false),
            orNull(given.text("bip6")),
            orNull(given.text("fixed-cidr-v6")),
            address(given, "default-gateway-v6")),
        given.on("iptables", true),
        given.on("userland-proxy", true),
        networkOptions(given));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable String address(Given given, String name) {
    String text = given.text(name);
    if (!text.isEmpty() && !IpLiteral.valid(text)) {
      throw Given.invalid(name, text, "failed to parse IP: \"" + text + "\"");
    }
    return orNull(text);
  }

  /** {@code bridge=com.docker.network.driver.mtu=1234} on the command line. */
  private static Map<String, Map<String, String>> networkOptions(Given given) {
    Map<String, Map<String, String>> all = new TreeMap<>();
    for (String text : given.flags().getOrDefault("default-network-opt", List.of())) {
      String[] words = text.split("=", 3);
      if (words.length < 3) {
        throw Given.invalid(
            "default-network-opt",
            text,
            "invalid value \"" + text + "\" for flag: expected driver=key=value");
      }
      all.computeIfAbsent(words[0], _ -> new TreeMap<>()).put(words[1], words[2]);
    }
    JsonNode inFile = given.file().get("default-network-opts");
    if (inFile != null) {
      for (Map.Entry<String, JsonNode> driver : inFile.properties()) {
        Map<String, String> options = all.computeIfAbsent(driver.getKey(), _ -> new TreeMap<>());
        driver.getValue().properties().forEach(o -> options.put(o.getKey(), o.getValue().asText()));
      }
    }
    return all;
  }

  private static List<String> hostGateways(Given given) {
    List<String> all = new ArrayList<>(given.texts("host-gateway-ip", "host-gateway-ips"));
    JsonNode old = given.file().get("host-gateway-ip");
    if (old != null && !old.asText().isEmpty()) {
      all.add(old.asText());
    }
    for (String address : all) {
      if (!IpLiteral.valid(address)) {
        throw Given.invalid(
            "host-gateway-ip", address, "ParseAddr(\"" + address + "\"): unable to parse IP");
      }
    }
    for (boolean ipv6 : new boolean[] {false, true}) {
      if (all.stream().filter(address -> address.contains(":") == ipv6).count() > 1) {
        throw new InvalidParameter(
            "only one " + (ipv6 ? "IPv6" : "IPv4") + " host gateway IP address can be specified");
      }
    }
    return List.copyOf(all);
  }

  private static List<String> execOptions(Given given) {
    List<String> options = given.texts("exec-opt", "exec-opts");
    for (String option : options) {
      int equals = option.indexOf('=');
      if (equals < 0) {
        throw new InvalidParameter(
            "invalid exec-opt (" + option + "): must be formatted 'opt=value'");
      }
      String name = option.substring(0, equals).strip();
      if (!name.equals("native.cgroupdriver")) {
        throw new InvalidParameter(
            "invalid exec-opt (" + option + "): unknown option: '" + name + "'");
      }
    }
    return options;
  }

  /** Sentences for features that are asked for: layerd has none that can be turned on. */
  static List<String> missingFeatures(Given given) {
    return features(given).entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(one -> "layerd does not have the feature \"" + one.getKey() + "\"")
        .toList();
  }

  private static Map<String, Boolean> features(Given given) {
    Map<String, Boolean> features = new TreeMap<>();
    given
        .pairs("feature", "features")
        .forEach(
            (name, value) -> {
              try {
                features.put(name, value.isEmpty() || new GoBool().convert(value));
              } catch (IllegalArgumentException e) {
                String reason = String.valueOf(e.getMessage());
                throw Given.invalid("feature", name + "=" + value, reason);
              }
            });
    return features;
  }

  private static DefaultPools.Entry pool(String text) {
    String base = "";
    int size = -1;
    for (String part : text.split(",", -1)) {
      String[] pair = part.split("=", 2);
      if (pair.length == 2 && pair[0].equals("base")) {
        base = pair[1];
      } else if (pair.length == 2 && pair[0].equals("size") && pair[1].matches("\\d{1,3}")) {
        size = Integer.parseInt(pair[1]);
      } else {
        throw new InvalidParameter("invalid default address pool: " + text);
      }
    }
    return entry(base, size);
  }

  private static DefaultPools.Entry entry(String base, int size) {
    return new DefaultPools.Entry(base, size);
  }
}
