package io.layerd.archive;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The tar that a tar-split record describes, line by line. */
final class AssembledTar extends InputStream {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int SEGMENT = 2;
  private static final int FILE = 1;
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Sys sys;
  private final RootDirectory root;
  private final JsonParser lines;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Crc64 crc = new Crc64();
  private byte[] segment = {};
  private int segmentAt;
  private @Nullable Line file;
  private int fd = -1;
  private boolean closed;

  @SuppressWarnings("ArrayRecordComponent") // names are bytes
  private record Line(int type, byte[] name, long sizeBytes, byte @Nullable [] payload) {}

  AssembledTar(Sys sys, InputStream tarSplitGz, Path directory) throws IOException {
    this.sys = sys;
    root = new RootDirectory(sys, directory);
    try {
      lines = JSON.createParser(new GZIPInputStream(tarSplitGz, 64 * 1024));
    } catch (IOException e) {
      root.close();
      throw e;
    }
    buffer.limit(0);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] b, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("stream closed");
    }
    if (length == 0) {
      return 0;
    }
    while (true) {
      if (segmentAt < segment.length) {
        int n = Math.min(length, segment.length - segmentAt);
        System.arraycopy(segment, segmentAt, b, offset, n);
        segmentAt += n;
        return n;
      }
      if (file != null) {
        int n = readFile(file, b, offset, length);
        if (n > 0) {
          return n;
        }
      } else if (!nextLine()) {
        return -1;
      }
    }
  }

  private int readFile(Line line, byte[] b, int offset, int length) throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear();
      int n;
      try {
        n = sys.read(fd, buffer);
      } catch (ErrnoException e) {
        throw new IOException("read " + TarNames.text(line.name()) + ": " + Errno.text(e), e);
      }
      buffer.flip();
      if (n == 0) {
        endFile(line);
        return 0;
      }
    }
    int n = Math.min(length, buffer.remaining());
    buffer.get(b, offset, n);
    crc.update(b, offset, n);
    return n;
  }

  private void endFile(Line line) throws IOException {
    sys.close(fd);
    fd = -1;
    file = null;
    byte[] wanted = line.payload();
    if (wanted == null
        || wanted.length != Long.BYTES
        || ByteBuffer.wrap(wanted).getLong() != crc.value()) {
      throw new IOException("file integrity checksum failed for " + TarNames.quoted(line.name()));
    }
  }

  private boolean nextLine() throws IOException {
    Line line = parse();
    if (line == null) {
      return false;
    }
    if (line.type() == SEGMENT) {
      segment = line.payload() == null ? TarNames.EMPTY : line.payload();
      segmentAt = 0;
    } else if (line.type() == FILE && line.sizeBytes() > 0) {
      openFile(line);
    }
    return true;
  }

  private void openFile(Line line) throws IOException {
    byte[] name = TarNames.clean(line.name());
    if (name == null || name.length == 0) {
      throw new IOException("invalid entry name " + TarNames.quoted(line.name()));
    }
    try {
      // not blocking, should a FIFO have taken the file's place
      int flags = Sys.O_RDONLY | Sys.O_NOFOLLOW | Sys.O_NONBLOCK;
      fd = sys.openat(root.parentOf(name), TarNames.base(name), flags, 0);
      if (!sys.fstat(fd).isRegular()) {
        throw new IOException("open " + TarNames.text(name) + ": not a regular file");
      }
    } catch (ErrnoException e) {
      throw new IOException("open " + TarNames.text(name) + ": " + Errno.text(e), e);
    }
    crc.reset();
    file = line;
  }

  private @Nullable Line parse() throws IOException {
    JsonToken start = lines.nextToken();
    if (start == null) {
      return null;
    }
    int type = 0;
    long size = 0;
    byte[] name = TarNames.EMPTY;
    byte[] payload = null;
    while (lines.nextToken() == JsonToken.FIELD_NAME) {
      String field = lines.currentName();
      JsonToken value = lines.nextToken();
      if (value == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (field) {
        case "type" -> type = lines.getIntValue();
        case "size" -> size = lines.getLongValue();
        case "name" -> name = TarNames.bytes(lines.getText());
        case "name_raw" -> name = lines.getBinaryValue();
        case "payload" -> payload = lines.getBinaryValue();
        default -> lines.skipChildren();
      }
    }
    return new Line(type, name, size, payload);
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      if (fd >= 0) {
        sys.close(fd);
      }
      root.close();
      lines.close();
    }
  }
}
