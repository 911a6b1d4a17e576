package io.layerd.archive;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.layerd.error.InvalidParameter;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.tukaani.xz.XZInputStream;

/** How an archive is compressed, told by its first bytes and never by its media type. */
public enum Compression {
  NONE,
  GZIP,
  ZSTD,
  XZ,
  BZIP2;

  /** Bytes that are enough to tell. */
  public static final int MAGIC_BYTES = 6;

  private static final int BUFFER_BYTES = 128 * 1024;
  private static final int XZ_MEMORY_KIB = 256 * 1024;

  /** Twice what gzip can do; zstd, xz and bzip2 can do thousands of times more. */
  public static final int DEFAULT_MAX_RATIO = 2000;

  private static volatile int maxRatio = DEFAULT_MAX_RATIO;

  /**
   * Says from which ratio on an archive is a decompression bomb, for the whole process: archives
   * are opened wherever one comes in.
   */
  public static void limitRatio(int ratio) {
    if (ratio < 1) {
      throw new InvalidParameter("layer.max-ratio must be positive");
    }
    maxRatio = ratio;
  }

  /** What the first {@code length} bytes of an archive say. */
  public static Compression detect(byte[] b, int length) {
    if (starts(b, length, 0x1f, 0x8b, 0x08)) {
      return GZIP;
    }
    if (starts(b, length, 0x28, 0xb5, 0x2f, 0xfd) || isZstdSkippable(b, length)) {
      return ZSTD;
    }
    if (starts(b, length, 0xfd, '7', 'z', 'X', 'Z', 0)) {
      return XZ;
    }
    return starts(b, length, 'B', 'Z', 'h') ? BZIP2 : NONE;
  }

  /** RFC 8878, "Skippable Frames": such a frame may come first. */
  private static boolean isZstdSkippable(byte[] b, int length) {
    return length >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18;
  }

  private static boolean starts(byte[] b, int length, int... magic) {
    if (length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((b[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Undoes whatever compression an archive has. Reads a little ahead; closing the result closes the
   * stream.
   *
   * <p>The compressed stream is read to its end; what follows the last frame is ignored. A stream
   * that ends too early, is corrupt or expands out of all proportion makes reading fail with {@link
   * InvalidParameter}; errors of the stream itself come through as they are.
   */
  public static InputStream open(InputStream in) throws IOException {
    RatioGuard.Counted counted = new RatioGuard.Counted(in);
    BufferedInputStream buffered = new BufferedInputStream(counted, BUFFER_BYTES);
    buffered.mark(MAGIC_BYTES);
    byte[] magic = new byte[MAGIC_BYTES];
    int length = buffered.readNBytes(magic, 0, MAGIC_BYTES);
    buffered.reset();
    Compression compression = detect(magic, length);
    return compression == NONE
        ? buffered
        : new RatioGuard(compression.decoder(buffered), counted, maxRatio);
  }

  private InputStream decoder(BufferedInputStream buffered) throws IOException {
    return switch (this) {
      case NONE -> buffered;
      case GZIP -> new GzipMembers(buffered);
      case ZSTD ->
          decoder("zstd", buffered, s -> new ZstdInputStreamNoFinalizer(s).setContinuous(false));
      case XZ -> decoder("xz", buffered, s -> new XZInputStream(s, XZ_MEMORY_KIB));
      case BZIP2 -> decoder("bzip2", buffered, Bzip2Members::new);
    };
  }

  private interface Opener {
    InputStream open(InputStream compressed) throws IOException;
  }

  private static InputStream decoder(String format, InputStream in, Opener opener)
      throws IOException {
    Source source = new Source(in);
    try {
      return new Decoder(format, source, opener.open(source));
    } catch (IOException e) {
      throw source.explain(format, e);
    } catch (IndexOutOfBoundsException e) {
      // how some decoders answer what no encoder writes
      throw corrupt(format, e);
    }
  }

  private static InvalidParameter corrupt(String format, Exception e) {
    return new InvalidParameter(format + ": corrupt input: " + e.getMessage(), e);
  }

  /** Remembers an error of its own, so that it is not taken for a corrupt archive. */
  private static final class Source extends FilterInputStream {
    private boolean failed;

    Source(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }

    @Override
    public int read(byte[] b, int offset, int length) throws IOException {
      try {
        return super.read(b, offset, length);
      } catch (IOException e) {
        failed = true;
        throw e;
      }
    }

    void skipToEnd() throws IOException {
      byte[] rest = new byte[BUFFER_BYTES];
      while (read(rest, 0, rest.length) >= 0) {
        // until the end
      }
    }

    IOException explain(String format, IOException e) {
      if (failed) {
        return e;
      }
      String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      boolean truncated =
          e instanceof EOFException
              || message.contains("truncated")
              || message.contains("end of stream");
      throw truncated ? new InvalidParameter("unexpected EOF", e) : corrupt(format, e);
    }
  }

  /** Turns a decoder's complaints into {@link InvalidParameter}. */
  private static final class Decoder extends FilterInputStream {
    private final String format;
    private final Source source;
    private boolean ended;

    Decoder(String format, Source source, InputStream decoded) {
      super(decoded);
      this.format = format;
      this.source = source;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int offset, int length) throws IOException {
      if (ended) {
        return -1;
      }
      try {
        return super.read(b, offset, length);
      } catch (IOException e) {
        if (!source.failed && isGarbageAtEnd(e)) {
          ended = true;
          source.skipToEnd();
          return -1;
        }
        throw source.explain(format, e);
      } catch (IndexOutOfBoundsException e) {
        throw corrupt(format, e);
      }
    }

    /**
     * Whether a decoder met something that is no frame where another could have begun: the first
     * frame's magic number is known to be there. dockerd ignores that as well.
     */
    private static boolean isGarbageAtEnd(IOException e) {
      return e instanceof ZstdIOException zstd
          ? zstd.getErrorCode() == Zstd.errPrefixUnknown()
          : String.valueOf(e.getMessage()).contains(" after a valid ");
    }
  }
}
