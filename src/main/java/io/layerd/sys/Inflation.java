package io.layerd.sys;

import java.util.zip.DataFormatException;

/**
 * Inflates the bodies of gzip members: what follows a header, with the sum and size at the end. RFC
 * 1951, RFC 1952 section 2.3.1.
 *
 * <p>By the host's ISA-L where it has one, else by Java: four times as slow, the same result. Holds
 * native memory until it is closed. For one thread at a time.
 */
public interface Inflation extends AutoCloseable {
  /** Sum or size are not what the end of the member says. */
  final class WrongSum extends DataFormatException {
    private static final long serialVersionUID = 1L;

    WrongSum() {
      super("invalid checksum");
    }
  }

  /** The fastest that this host has. */
  static Inflation fresh() {
    return Libisal.usable() ? new IsalInflation() : new JavaInflation();
  }

  /** A body comes next; input that was not used is forgotten. */
  void begin();

  /**
   * What to inflate. Only once all of what was given before is used; the array must not change
   * until then.
   */
  void input(byte[] bytes, int offset, int length);

  /**
   * Inflates some.
   *
   * @return how many bytes; 0 if there is no input left or the member has ended
   * @throws WrongSum at the end of a member
   * @throws DataFormatException if this is no deflate data
   */
  int inflate(byte[] into, int offset, int length) throws DataFormatException;

  /** Whether the member was read to its end. */
  boolean ended();

  /**
   * How many bytes of the input were not used; what they are is known once the member has ended.
   */
  int remaining();

  /** Frees the memory; a second call does nothing. */
  @Override
  void close();
}
