package io.layerd.network.dns;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one container can ask for. */
public interface Names {
  /**
   * The addresses of a name, in any order.
   *
   * @param name without a last dot, in any case
   * @return null if no container has the name; empty if one has, without an address of the family
   */
  @Nullable List<byte[]> addresses(String name, boolean ipv6);

  /** The name an address belongs to; null if it is nobody's here. */
  @Nullable String name(byte[] address);

  /** Where other names are asked for, in order; empty if they are not to be asked for at all. */
  List<Upstream> upstreams();
}
