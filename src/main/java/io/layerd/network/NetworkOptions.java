package io.layerd.network;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How this daemon's networks are made.
 *
 * @param dataRoot networks are kept in {@code <dataRoot>/network/layerd.json}
 * @param execRoot namespaces and attachments are kept in {@code <execRoot>/netns} and {@code
 *     <execRoot>/network}
 * @param bridgeName interface of the default bridge
 * @param bip address and prefix of that interface, {@code 172.17.0.1/16}; null takes the first of
 *     Docker's default pools that the host does not use
 * @param mtu of the default bridge and of the interfaces on it, in bytes
 * @param linger how long the bridge and the rules of a network stay after its last container left,
 *     since making and deleting them takes five times longer than all else
 * @param netavark program; null looks at /usr/lib/podman, /usr/libexec/podman and PATH
 * @param aardvark program; null looks at the same places
 */
public record NetworkOptions(
    Path dataRoot,
    Path execRoot,
    String bridgeName,
    @Nullable String bip,
    int mtu,
    Duration linger,
    @Nullable Path netavark,
    @Nullable Path aardvark) {

  /** docker0 with 1500 bytes on the first free subnet. */
  public static NetworkOptions defaults(Path dataRoot, Path execRoot) {
    return new NetworkOptions(
        dataRoot, execRoot, "docker0", null, 1500, Duration.ofSeconds(2), null, null);
  }

  /** Another default bridge; {@code bip} null for the first free subnet. */
  public NetworkOptions withBridge(String name, @Nullable String bip) {
    return new NetworkOptions(dataRoot, execRoot, name, bip, mtu, linger, netavark, aardvark);
  }

  /** Another MTU. */
  public NetworkOptions withMtu(int bytes) {
    return new NetworkOptions(
        dataRoot, execRoot, bridgeName, bip, bytes, linger, netavark, aardvark);
  }

  /** Another time to keep an idle bridge; zero removes it with the last container. */
  public NetworkOptions withLinger(Duration time) {
    return new NetworkOptions(dataRoot, execRoot, bridgeName, bip, mtu, time, netavark, aardvark);
  }
}
