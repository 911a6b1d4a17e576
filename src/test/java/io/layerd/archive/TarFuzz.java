package io.layerd.archive;

import io.layerd.error.InvalidParameter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Any bytes as a tar: read to its end, or refused. What was recorded and what was handed out as
 * content are together every byte of it, or it could not be made again.
 */
public final class TarFuzz {
  private TarFuzz() {}

  /** The form Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] given) throws IOException {
    byte[] data = sealed(given);
    Everything everything = new Everything();
    try (ChunkSource source = new PlainChunks(new ByteArrayInputStream(data))) {
      TarReader reader = new TarReader(source, everything);
      for (TarHeader header = reader.next(); header != null; header = reader.next()) {
        check(header);
        if (header.sparse() == null && header.sizeBytes() % 2 == 0) {
          everything.content(reader);
        }
      }
      reader.recordRest();
    } catch (InvalidParameter e) {
      return;
    }
    if (!Arrays.equals(everything.bytes.toByteArray(), data)) {
      throw new IllegalStateException("the record is not the tar");
    }
  }

  /** With the sums of its headers made right, so that what is in them is looked at. */
  private static byte[] sealed(byte[] given) {
    byte[] data = given.clone();
    for (int block = 0; block + 512 <= data.length; block += 512) {
      if (data[block + 257] == 'u' && data[block + 258] == 's') {
        byte[] header = TarBytes.sealed(Arrays.copyOfRange(data, block, block + 512));
        System.arraycopy(header, 0, data, block, 512);
      }
    }
    return data;
  }

  private static void check(TarHeader header) {
    byte[] clean = TarNames.clean(header.name());
    if (clean != null) {
      String name = "/" + TarNames.text(clean) + "/";
      if (name.contains("/../") || (clean.length > 0 && clean[0] == '/')) {
        throw new IllegalStateException("a clean name leads out: " + name);
      }
    }
    if (header.sizeBytes() < 0 || header.realSizeBytes() < 0) {
      throw new IllegalStateException("a negative size");
    }
    if (header.mtimeNanos() < 0 || header.mtimeNanos() > 999_999_999) {
      throw new IllegalStateException("nanoseconds " + header.mtimeNanos());
    }
    long[] sparse = header.sparse();
    if (sparse != null) {
      checkSparse(sparse, header.realSizeBytes());
    }
  }

  private static void checkSparse(long[] sparse, long real) {
    long at = 0;
    for (int i = 0; i < sparse.length; i += 2) {
      if (sparse[i] < at || sparse[i + 1] < 0 || sparse[i + 1] > real - sparse[i]) {
        throw new IllegalStateException("pieces of a sparse file overlap or leave it");
      }
      at = sparse[i] + sparse[i + 1];
    }
  }

  /** All bytes, whichever way they come. */
  private static final class Everything implements TarRecord {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void raw(byte[] from, int offset, int length) {
      bytes.write(from, offset, length);
    }

    @Override
    public void file(byte[] name, long sizeBytes, long crc64) {}

    @Override
    public void endSegment() {}

    void content(TarReader reader) throws IOException {
      for (int n = reader.content(); n > 0; n = reader.content()) {
        bytes.write(reader.array(), reader.offset(), n);
        reader.consume(n);
      }
    }
  }
}
