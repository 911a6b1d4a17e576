package io.layerd.network;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What subnets are taken from where a user names none.
 *
 * @param entries in the order in which they are used up
 */
public record DefaultPools(List<Entry> entries) {

  /**
   * @param base {@code 10.10.0.0/16}
   * @param size prefix length of the subnets cut from it
   */
  public record Entry(String base, int size) {
    /**
     * @throws InvalidParameter if the base is no subnet or holds none of that size
     */
    public Entry {
      Cidr cidr = Cidr.parse(base);
      if (size < cidr.prefix() || size > cidr.address().bits()) {
        throw new InvalidParameter("invalid pool size " + size + " for " + base);
      }
    }

    private Cidr cidr() {
      return Cidr.parse(base);
    }

    /** The first subnet free of all others; null if there is none. */
    private @Nullable Cidr firstFree(List<Cidr> used) {
      Cidr all = cidr();
      int bits = all.address().bits();
      BigInteger step = BigInteger.ONE.shiftLeft(bits - size);
      BigInteger last = all.last().number();
      BigInteger at = all.network().number();
      while (at.compareTo(last) <= 0) {
        Cidr subnet = new Cidr(new Ip(at, bits), size);
        Cidr taken = used.stream().filter(subnet::overlaps).findFirst().orElse(null);
        if (taken == null) {
          return subnet;
        }
        // Behind what is in the way, however small our own steps are.
        BigInteger behind = taken.last().number().max(at);
        at =
            behind.subtract(all.network().number()).divide(step).add(BigInteger.ONE).multiply(step);
        at = at.add(all.network().number());
      }
      return null;
    }
  }

  public DefaultPools {
    entries = List.copyOf(entries);
  }

  /** Docker's own: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in /20. */
  public static DefaultPools docker() {
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("172.17.0.0/16", 16));
    entries.add(new Entry("172.18.0.0/16", 16));
    entries.add(new Entry("172.19.0.0/16", 16));
    entries.add(new Entry("172.20.0.0/14", 16));
    entries.add(new Entry("172.24.0.0/14", 16));
    entries.add(new Entry("172.28.0.0/14", 16));
    entries.add(new Entry("192.168.0.0/16", 20));
    return new DefaultPools(entries);
  }

  /**
   * With a pool of unique local IPv6 addresses (RFC 4193) behind the others, if there is none yet.
   *
   * @param seed the same for one host, another on every other
   */
  DefaultPools withIpv6(String seed) {
    if (entries.stream().anyMatch(entry -> entry.cidr().isIpv6())) {
      return this;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
      byte[] base = new byte[16];
      base[0] = (byte) 0xfd;
      System.arraycopy(hash, 0, base, 1, 5);
      List<Entry> all = new ArrayList<>(entries);
      all.add(new Entry(new Ip(new BigInteger(1, base), 128).text() + "/48", 64));
      return new DefaultPools(all);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first subnet of a family that overlaps none of {@code used}. */
  Cidr firstFree(List<Cidr> used, boolean ipv6) {
    for (Entry entry : entries) {
      Cidr free = entry.cidr().isIpv6() == ipv6 ? entry.firstFree(used) : null;
      if (free != null) {
        return free;
      }
    }
    throw new SystemFailure("all predefined address pools have been fully subnetted");
  }
}
