package io.layerd.network;

import io.layerd.error.InvalidParameter;
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
 * @param gateway where containers on the default bridge go out by; null for the bridge itself
 * @param ipv6 of the default bridge
 * @param packetRules whether networks come with packet rules
 * @param userlandProxy whether what no packet rule leads to a published port is passed on
 * @param networkOptions by driver, options of new networks that do not have them
 */
public record BridgeChoices(
    String hostBinding,
    boolean icc,
    boolean masquerade,
    @Nullable String fixedCidr,
    @Nullable String gateway,
    Ipv6 ipv6,
    boolean packetRules,
    boolean userlandProxy,
    Map<String, Map<String, String>> networkOptions) {
  /**
   * IPv6 of the default bridge.
   *
   * @param bip address and prefix of the interface; null for the first of the subnet
   * @param fixedCidr where containers get their addresses from; null for the whole subnet
   * @param gateway where they go out by; null for the bridge itself
   */
  public record Ipv6(
      boolean enabled, @Nullable String bip, @Nullable String fixedCidr, @Nullable String gateway) {
    /** None. */
    public static final Ipv6 OFF = new Ipv6(false, null, null, null);

    /**
     * @throws InvalidParameter if addresses are to come from what is no subnet of IPv6
     */
    public Ipv6 {
      if (fixedCidr != null) {
        Cidr range = Cidr.find(fixedCidr);
        String failed = "invalid fixed-cidr-v6: invalid fixed-cidr-v6: ";
        if (range == null) {
          throw new InvalidParameter(
              failed
                  + "netip.ParsePrefix(\""
                  + fixedCidr
                  + "\"): "
                  + (fixedCidr.indexOf('/') < 0 ? "no '/'" : "unable to parse it"));
        }
        if (!range.isIpv6()) {
          throw new InvalidParameter(failed + "'" + fixedCidr + "' is not a valid IPv6 subnet");
        }
      }
    }

    /** Whether somebody said which subnet. */
    boolean isChosen() {
      return bip != null || fixedCidr != null;
    }
  }

  /** dockerd's. */
  public static final BridgeChoices USUAL =
      new BridgeChoices("0.0.0.0", true, true, null, null, Ipv6.OFF, true, true, Map.of());

  public BridgeChoices {
    networkOptions = Map.copyOf(networkOptions);
  }
}
