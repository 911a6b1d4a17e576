package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.Inflation;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.DataFormatException;

/**
 * Inflates gzip, all members of it. RFC 1952.
 *
 * <p>Unlike {@link java.util.zip.GZIPInputStream} it does not ask a network stream how much is
 * available to find out whether another member follows. What follows the last member and is none is
 * read to its end and ignored, as dockerd does.
 */
final class GzipMembers extends InputStream {
  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int[] MAGIC = {0x1f, 0x8b, 8};
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final InputStream in;
  private final Inflation inflation;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int limit;
  private boolean first = true;
  private boolean inMember;
  private boolean ended;
  private boolean closed;

  /** Takes over the stream: closing this closes it. */
  GzipMembers(InputStream in) {
    this(in, Inflation.fresh());
  }

  GzipMembers(InputStream in, Inflation inflation) {
    this.in = in;
    this.inflation = inflation;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public synchronized int read(byte[] b, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("stream closed");
    }
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember && !header()) {
        ended = true;
        break;
      }
      int n = inflate(b, offset, length);
      if (n > 0) {
        return n;
      }
    }
    return -1;
  }

  private int inflate(byte[] b, int offset, int length) throws IOException {
    try {
      int n = inflation.inflate(b, offset, length);
      if (inflation.ended()) {
        at = limit - inflation.remaining();
        inMember = false;
      } else if (n == 0) {
        if (!fill()) {
          throw TarFormat.unexpectedEnd();
        }
        inflation.input(buffer, 0, limit);
        at = limit;
      }
      return n;
    } catch (Inflation.WrongSum e) {
      throw new InvalidParameter("gzip: invalid checksum", e);
    } catch (DataFormatException e) {
      throw new InvalidParameter("flate: corrupt input: " + e.getMessage(), e);
    }
  }

  /** Reads a member's header; false if the stream ends instead. */
  private boolean header() throws IOException {
    if (at == limit && !fill()) {
      return false;
    }
    if (!startsMember()) {
      if (first) {
        throw new InvalidParameter("gzip: invalid header");
      }
      do {
        at = limit;
      } while (fill());
      return false;
    }
    first = false;
    int flags = u8();
    for (int i = 0; i < 6; i++) {
      u8();
    }
    if ((flags & EXTRA) != 0) {
      for (int left = u16(); left > 0; left--) {
        u8();
      }
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      u16();
    }
    inflation.begin();
    inflation.input(buffer, at, limit - at);
    inMember = true;
    return true;
  }

  /** Steps over the first three bytes of a member; false if something else is there. */
  private boolean startsMember() throws IOException {
    for (int expected : MAGIC) {
      if ((at == limit && !fill()) || (buffer[at] & 0xff) != expected) {
        return false;
      }
      at++;
    }
    return true;
  }

  private void skipText() throws IOException {
    while (u8() != 0) {
      // up to the NUL
    }
  }

  private int u16() throws IOException {
    int low = u8();
    return low | u8() << 8;
  }

  private int u8() throws IOException {
    if (at == limit && !fill()) {
      throw TarFormat.unexpectedEnd();
    }
    return buffer[at++] & 0xff;
  }

  private boolean fill() throws IOException {
    int n = in.read(buffer, 0, buffer.length);
    at = 0;
    limit = Math.max(n, 0);
    return n > 0;
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (!closed) {
        closed = true;
        inflation.close();
      }
    }
    in.close();
  }
}
