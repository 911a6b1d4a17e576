package io.layerd.api.stream;

import java.util.List;

/**
 * How output is put on the wire: framed as {@code [stream, 0, 0, 0, length]} with the length as 32
 * bits, big-endian, or as it is if it comes from a terminal.
 */
final class Frames {
  static final String RAW = "application/vnd.docker.raw-stream";
  static final String MULTIPLEXED = "application/vnd.docker.multiplexed-stream";

  private Frames() {}

  static byte[] header(int stream, int length) {
    return new byte[] {
      (byte) stream,
      0,
      0,
      0,
      (byte) (length >>> 24),
      (byte) (length >>> 16),
      (byte) (length >>> 8),
      (byte) length
    };
  }

  /** Header and data, ready to be written; only the data if it is not framed. */
  static List<byte[]> of(boolean framed, int stream, byte[] data) {
    return framed ? List.of(header(stream, data.length), data) : List.of(data);
  }
}
