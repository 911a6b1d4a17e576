package io.layerd.sys;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** By the zlib of the Java runtime. */
final class JavaInflation implements Inflation {
  private static final int TRAILER_BYTES = 8;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 sum = new CRC32();
  private byte[] input = {};
  private int at;
  private int end;
  private long trailer;
  private int trailerBytes;

  @Override
  public void begin() {
    inflater.reset();
    sum.reset();
    at = end;
    trailer = 0;
    trailerBytes = 0;
  }

  @Override
  public void input(byte[] bytes, int offset, int length) {
    input = bytes;
    at = offset;
    end = offset + length;
    if (!inflater.finished()) {
      inflater.setInput(bytes, offset, length);
    }
  }

  @Override
  public int inflate(byte[] into, int offset, int length) throws DataFormatException {
    if (!inflater.finished()) {
      int n = inflater.inflate(into, offset, length);
      sum.update(into, offset, n);
      if (inflater.needsDictionary()) {
        throw new DataFormatException("it needs a dictionary");
      }
      at = end - inflater.getRemaining();
      if (n > 0 || !inflater.finished()) {
        return n;
      }
    }
    while (trailerBytes < TRAILER_BYTES && at < end) {
      trailer |= (input[at++] & 0xffL) << 8 * trailerBytes++;
      if (ended() && trailer != (sum.getValue() | inflater.getBytesWritten() << 32)) {
        throw new WrongSum();
      }
    }
    return 0;
  }

  @Override
  public boolean ended() {
    return trailerBytes == TRAILER_BYTES;
  }

  @Override
  public int remaining() {
    return end - at;
  }

  @Override
  public void close() {
    inflater.end();
  }
}
