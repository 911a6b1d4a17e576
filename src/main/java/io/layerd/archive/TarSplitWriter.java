package io.layerd.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/**
 * Records a tar as tar-split does: JSON lines with the raw bytes between file contents (type 2) and
 * a checksum for each file (type 1), in gzip. The contents stay in the files themselves.
 *
 * <p>Follows vbatts/tar-split, tar/storage: members in the order type, name or name_raw, size,
 * payload, position.
 */
final class TarSplitWriter implements TarRecord {
  /** Raw bytes of one line; tar-split reads trailing padding in pieces of this size. */
  static final int MAX_SEGMENT_BYTES = 1 << 20;

  private static final int FLUSH_BYTES = 48 * 1024;
  private static final int LEVEL = 3;
  private static final byte[] BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SEGMENT = ascii("{\"type\":2,\"payload\":\"");
  private static final byte[] FILE = ascii("{\"type\":1,\"");
  private static final byte[] POSITION = ascii(",\"position\":");
  private static final byte[] HEX = ascii("0123456789abcdef");

  private final Gzip gzip;
  private byte[] segment = new byte[8 * 1024];
  private int segmentLength;
  private byte[] line = new byte[64 * 1024];
  private int lineLength;
  private long position;

  /** The JDK's gzip stream, at a level that is quick on text which repeats itself this much. */
  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, 64 * 1024);
      def.setLevel(LEVEL);
    }

    void release() {
      def.end();
    }
  }

  TarSplitWriter(OutputStream out) throws IOException {
    gzip = new Gzip(out);
  }

  @Override
  public void raw(byte[] bytes, int offset, int length) throws IOException {
    int from = offset;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, MAX_SEGMENT_BYTES - segmentLength);
      if (segmentLength + n > segment.length) {
        segment =
            Arrays.copyOf(segment, Math.clamp(2L * (segmentLength + n), 0, MAX_SEGMENT_BYTES));
      }
      System.arraycopy(bytes, from, segment, segmentLength, n);
      segmentLength += n;
      from += n;
      left -= n;
      if (segmentLength == MAX_SEGMENT_BYTES) {
        endSegment();
      }
    }
  }

  @Override
  public void file(byte[] name, long sizeBytes, long crc64) throws IOException {
    endSegment();
    reserve(6 * name.length + 256);
    put(FILE);
    name(name);
    if (sizeBytes > 0) {
      put(ascii(",\"size\":" + sizeBytes + ",\"payload\":\""));
      base64(ByteBuffer.allocate(8).putLong(crc64).array(), 8);
      put('"');
    } else {
      put(ascii(",\"payload\":null"));
    }
    endLine();
  }

  /** Ends the record; the stream below stays open. */
  void finish() throws IOException {
    endSegment();
    gzip.write(line, 0, lineLength);
    lineLength = 0;
    gzip.finish();
    gzip.release();
  }

  /** Frees the compressor after a failure. */
  void abandon() {
    gzip.release();
  }

  @Override
  public void endSegment() throws IOException {
    if (segmentLength == 0) {
      return;
    }
    reserve((segmentLength + 2) / 3 * 4 + 128);
    put(SEGMENT);
    base64(segment, segmentLength);
    put('"');
    segmentLength = 0;
    endLine();
  }

  private void endLine() throws IOException {
    put(POSITION);
    put(ascii(Long.toString(position++)));
    put('}');
    put('\n');
    if (lineLength >= FLUSH_BYTES) {
      gzip.write(line, 0, lineLength);
      lineLength = 0;
    }
  }

  private void reserve(int length) {
    if (lineLength + length > line.length) {
      line = Arrays.copyOf(line, Math.max(2 * line.length, lineLength + length));
    }
  }

  private void name(byte[] name) {
    if (name.length == 0) {
      // an empty name is left out; the comma after it must go as well
      lineLength -= 2;
      return;
    }
    if (isUtf8(name)) {
      put(ascii("name\":\""));
      escape(name);
    } else {
      put(ascii("name_raw\":\""));
      base64(name, name.length);
    }
    put('"');
  }

  private static boolean isUtf8(byte[] name) {
    boolean plain = true;
    for (byte b : name) {
      plain &= b >= 0;
    }
    if (plain) {
      return true;
    }
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Escapes as Go's encoding/json does by default, for HTML's sake too. */
  private void escape(byte[] name) {
    for (int i = 0; i < name.length; i++) {
      int c = name[i] & 0xff;
      switch (c) {
        case '"', '\\' -> {
          put('\\');
          put(c);
        }
        case '\n' -> put(ascii("\\n"));
        case '\r' -> put(ascii("\\r"));
        case '\t' -> put(ascii("\\t"));
        case '\b' -> put(ascii("\\b"));
        case '\f' -> put(ascii("\\f"));
        default -> {
          if (c < 0x20 || c == '<' || c == '>' || c == '&') {
            unicode(c);
          } else if (c == 0xe2
              && i + 2 < name.length
              && name[i + 1] == (byte) 0x80
              && (name[i + 2] & 0xfe) == 0xa8) {
            unicode(0x2028 + (name[i + 2] & 1));
            i += 2;
          } else {
            put(c);
          }
        }
      }
    }
  }

  private void unicode(int c) {
    put('\\');
    put('u');
    for (int shift = 12; shift >= 0; shift -= 4) {
      put(HEX[c >> shift & 15]);
    }
  }

  private void base64(byte[] b, int length) {
    byte[] out = line;
    int at = lineLength;
    int i = 0;
    for (; i + 3 <= length; i += 3) {
      int bits = (b[i] & 0xff) << 16 | (b[i + 1] & 0xff) << 8 | (b[i + 2] & 0xff);
      out[at] = BASE64[bits >> 18];
      out[at + 1] = BASE64[bits >> 12 & 63];
      out[at + 2] = BASE64[bits >> 6 & 63];
      out[at + 3] = BASE64[bits & 63];
      at += 4;
    }
    if (i < length) {
      int bits = (b[i] & 0xff) << 16 | (i + 1 < length ? (b[i + 1] & 0xff) << 8 : 0);
      out[at] = BASE64[bits >> 18];
      out[at + 1] = BASE64[bits >> 12 & 63];
      out[at + 2] = i + 1 < length ? BASE64[bits >> 6 & 63] : (byte) '=';
      out[at + 3] = '=';
      at += 4;
    }
    lineLength = at;
  }

  private void put(byte[] bytes) {
    System.arraycopy(bytes, 0, line, lineLength, bytes.length);
    lineLength += bytes.length;
  }

  private void put(int b) {
    line[lineLength++] = (byte) b;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
