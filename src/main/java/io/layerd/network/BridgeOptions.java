package io.layerd.network;

import io.layerd.error.InvalidParameter;
import java.util.Map;
import java.util.Set;

/**
 * What a bridge network's options say.
 *
 * @param name of the interface, empty for {@code br-} and the first twelve digits of the id
 * @param mtu 0 where nothing is said
 * @param hostBinding the address published ports are bound to where a container says nothing
 * @param gateway4 {@code nat}, {@code nat-unprotected}, {@code routed} or {@code isolated}
 * @param interfacePrefix of the containers' interfaces
 */
record BridgeOptions(
    String name,
    int mtu,
    boolean icc,
    boolean masquerade4,
    boolean masquerade6,
    String hostBinding,
    String gateway4,
    String gateway6,
    boolean inhibitIpv4,
    String interfacePrefix) {
  static final String BRIDGE = "com.docker.network.bridge.";
  static final String MTU = "com.docker.network.driver.mtu";
  private static final Set<String> MODES = Set.of("nat", "nat-unprotected", "routed", "isolated");
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

  static BridgeOptions of(Map<String, String> options) {
    boolean masquerade = flag(options, BRIDGE + "enable_ip_masquerade", true);
    return new BridgeOptions(
        options.getOrDefault(BRIDGE + "name", ""),
        mtu(options),
        flag(options, BRIDGE + "enable_icc", true),
        masquerade,
        masquerade,
        binding(options),
        mode(options, BRIDGE + "gateway_mode_ipv4"),
        mode(options, BRIDGE + "gateway_mode_ipv6"),
        flag(options, BRIDGE + "inhibit_ipv4", false),
        options.getOrDefault("com.docker.network.container_iface_prefix", "eth"));
  }

  private static boolean flag(Map<String, String> options, String key, boolean otherwise) {
    String value = options.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!TRUE.contains(value) && !FALSE.contains(value)) {
      throw bad(key, value, "strconv.ParseBool: parsing \"" + value + "\": invalid syntax");
    }
    return TRUE.contains(value);
  }

  private static int mtu(Map<String, String> options) {
    String value = options.get(MTU);
    try {
      int mtu = value == null ? 0 : Integer.parseInt(value);
      if (mtu < 0) {
        throw new InvalidParameter("invalid MTU number: " + mtu);
      }
      return mtu;
    } catch (NumberFormatException e) {
      throw bad(MTU, value, "strconv.Atoi: parsing \"" + value + "\": invalid syntax");
    }
  }

  private static String binding(Map<String, String> options) {
    String key = BRIDGE + "host_binding_ipv4";
    String value = options.get(key);
    if (value != null && Ip.find(value) == null) {
      throw bad(key, value, "nil ip");
    }
    return value == null ? "" : value;
  }

  private static String mode(Map<String, String> options, String key) {
    String value = options.getOrDefault(key, "");
    if (!value.isEmpty() && !MODES.contains(value)) {
      throw bad(key, value, "unknown gateway mode " + value);
    }
    return value.isEmpty() ? "nat" : value;
  }

  private static InvalidParameter bad(
      String key, @org.jspecify.annotations.Nullable String value, String why) {
    return new InvalidParameter("failed to parse " + key + " value: " + value + " (" + why + ")");
  }
}
