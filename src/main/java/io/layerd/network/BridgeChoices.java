package io.layerd.network;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator chose for bridges.
 *
 * @param hostBinding address of the host that ports of containers on the default bridge are
 *     published on
 * @param icc whether containers on the default bridge reach each other
 * @param masquerade whether those on the default bridge go out under the host's address
 * @param fixedCidr where containers on the default bridge get their addresses from; null for its
 *     whole subnet
 * @param userlandProxy whether what no packet rule leads to a published port is passed on
 * @param networkOptions by driver, options of new networks that do not have them
 */
public record BridgeChoices(
    String hostBinding,
    boolean icc,
    boolean masquerade,
    @Nullable String fixedCidr,
    boolean userlandProxy,
    Map<String, Map<String, String>> networkOptions) {
  /** dockerd's. */
  public static final BridgeChoices USUAL =
      new BridgeChoices("0.0.0.0", true, true, null, true, Map.of());

  public BridgeChoices {
    networkOptions = Map.copyOf(networkOptions);
  }
}
