package io.layerd.network;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this daemon's networks are made.
 *
 * @param dataRoot networks are kept in {@code <dataRoot>/network/layerd.json}
 * @param execRoot namespaces and attachments are kept in {@code <execRoot>/netns} and {@code
 *     <execRoot>/network}
 * @param bridgeName interface of the default bridge
 * @param bip address and prefix of that interface, {@code 172.17.0.1/16}; null takes the first of
 *     the default pools that the host does not use
 * @param mtu of the default bridge and of the interfaces on it, in bytes
 * @param pools subnets for networks whose user names none
 * @param dns name servers for containers that name none; empty for the host's own
 * @param bridges what else was chosen for them
 * @param netavark program; null looks at /usr/lib/podman, /usr/libexec/podman and PATH
 */
public record NetworkOptions(
    Path dataRoot,
    Path execRoot,
    String bridgeName,
    @Nullable String bip,
    int mtu,
    DefaultPools pools,
    List<String> dns,
    BridgeChoices bridges,
    @Nullable Path netavark) {

  /** docker0 with 1500 bytes on the first free subnet. */
  public static NetworkOptions defaults(Path dataRoot, Path execRoot) {
    return new NetworkOptions(
        dataRoot,
        execRoot,
        "docker0",
        null,
        1500,
        DefaultPools.docker(),
        List.of(),
        BridgeChoices.USUAL,
        null);
  }

  /** Another default bridge; {@code bip} null for the first free subnet. */
  public NetworkOptions withBridge(String name, @Nullable String bip) {
    return new NetworkOptions(dataRoot, execRoot, name, bip, mtu, pools, dns, bridges, netavark);
  }

  /** Another MTU. */
  public NetworkOptions withMtu(int bytes) {
    return new NetworkOptions(
        dataRoot, execRoot, bridgeName, bip, bytes, pools, dns, bridges, netavark);
  }

  /** Other subnets to choose from. */
  public NetworkOptions withPools(DefaultPools others) {
    return new NetworkOptions(
        dataRoot, execRoot, bridgeName, bip, mtu, others, dns, bridges, netavark);
  }

  /** Name servers for containers that name none. */
  public NetworkOptions withDns(List<String> servers) {
    return new NetworkOptions(
        dataRoot, execRoot, bridgeName, bip, mtu, pools, servers, bridges, netavark);
  }

  /** Other choices for bridges. */
  public NetworkOptions withBridges(BridgeChoices choices) {
    return new NetworkOptions(
        dataRoot, execRoot, bridgeName, bip, mtu, pools, dns, choices, netavark);
  }

  /** Another netavark. */
  public NetworkOptions withNetavark(Path program) {
    return new NetworkOptions(
        dataRoot, execRoot, bridgeName, bip, mtu, pools, dns, bridges, program);
  }
}
