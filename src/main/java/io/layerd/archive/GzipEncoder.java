package io.layerd.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses while it is read: RFC 1952, one member without a name or time, so that the same bytes
 * always give the same bytes.
 */
public final class GzipEncoder extends InputStream {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final InputStream plain;
  private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
  private final CRC32 crc = new CRC32();
  private final byte[] input = new byte[BUFFER_BYTES];
  private byte[] edge = HEADER;
  private int edgeAt;
  private boolean trailerMade;
  private boolean closed;

  /** The stream is closed with this. */
  public GzipEncoder(InputStream plain) {
    this.plain = plain;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("stream closed");
    }
    if (length == 0) {
      return 0;
    }
    while (true) {
      if (edgeAt < edge.length) {
        int count = Math.min(length, edge.length - edgeAt);
        System.arraycopy(edge, edgeAt, target, offset, count);
        edgeAt += count;
        return count;
      }
      if (trailerMade) {
        return -1;
      }
      int count = deflater.deflate(target, offset, length);
      if (count > 0) {
        return count;
      }
      if (deflater.finished()) {
        trailer();
      } else {
        feed();
      }
    }
  }

  private void feed() throws IOException {
    int count = plain.read(input, 0, input.length);
    if (count < 0) {
      deflater.finish();
    } else {
      crc.update(input, 0, count);
      deflater.setInput(input, 0, count);
    }
  }

  private void trailer() {
    edge = new byte[8];
    edgeAt = 0;
    long sum = crc.getValue();
    long size = deflater.getBytesRead();
    for (int i = 0; i < 4; i++) {
      edge[i] = (byte) (sum >> 8 * i);
      edge[4 + i] = (byte) (size >> 8 * i);
    }
    trailerMade = true;
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      deflater.end();
      plain.close();
    }
  }
}
