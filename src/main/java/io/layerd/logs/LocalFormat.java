package io.layerd.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * dockerd's {@code local}: a protocol buffer a record (source 1, time in nanoseconds 2, line 3,
 * partial 4, the partial's place 5), with its length in four bytes, big endian, before and behind
 * it.
 */
final class LocalFormat implements RecordFormat {
  private static final int MOST_BYTES = 1 << 20;
  private static final int LENGTH_BYTES = 4;
  private static final long NANOS = 1_000_000_000L;

  private static final int SOURCE = 1 << 3 | 2;
  private static final int TIME = 2 << 3;
  private static final int LINE = 3 << 3 | 2;
  private static final int PARTIAL = 4 << 3;

  @Override
  public void encode(LogRecord entry, Bytes to) {
    Bytes body = new Bytes(entry.content().length + 32);
    body.write(SOURCE);
    byte[] source =
        LogRecord.streamName(entry.stream()).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    varint(source.length, body);
    body.writeBytes(source);
    body.write(TIME);
    varint(entry.time().getEpochSecond() * NANOS + entry.time().getNano(), body);
    if (entry.content().length > 0) {
      body.write(LINE);
      varint(entry.content().length, body);
      body.writeBytes(entry.content());
    }
    if (entry.partial()) {
      body.write(PARTIAL);
      body.write(1);
    }
    to.int32(body.size());
    to.writeBytes(body.toByteArray());
    to.int32(body.size());
  }

  @Override
  public RecordReader reader(FileChannel channel, long from) {
    return new RecordReader() {
      private long position = from;

      @Override
      public @Nullable LogRecord next() throws IOException {
        while (true) {
          ByteBuffer body = body(channel, position);
          if (body == null) {
            return null;
          }
          position += body.capacity() + 2L * LENGTH_BYTES;
          LogRecord entry = parse(body);
          if (entry != null) {
            return entry;
          }
        }
      }
    };
  }

  @Override
  public Tail tail(FileChannel channel, int lines, Streams streams) throws IOException {
    long end = channel.size();
    int found = 0;
    boolean open = true;
    while (end > 0) {
      ByteBuffer length = read(channel, end - LENGTH_BYTES, LENGTH_BYTES);
      int size = length == null ? -1 : length.getInt();
      long start = end - size - 2L * LENGTH_BYTES;
      ByteBuffer body = size < 0 || start < 0 ? null : body(channel, start);
      if (body == null || body.capacity() != size) {
        // Torn by whatever wrote it: what comes before cannot be found from here.
        return new Tail(end, found);
      }
      LogRecord entry = parse(body);
      if (entry != null && streams.has(entry)) {
        if (!entry.partial() || open) {
          if (found == lines && !entry.partial()) {
            return new Tail(end, lines);
          }
          found++;
        }
        open = false;
      }
      end = start;
    }
    return new Tail(0, found);
  }

  private static @Nullable ByteBuffer body(FileChannel channel, long at) throws IOException {
    ByteBuffer length = read(channel, at, LENGTH_BYTES);
    int size = length == null ? -1 : length.getInt();
    if (size < 0 || size > MOST_BYTES) {
      return null;
    }
    ByteBuffer all = read(channel, at + LENGTH_BYTES, size + LENGTH_BYTES);
    return all == null || all.getInt(size) != size ? null : all.slice(0, size);
  }

  private static @Nullable ByteBuffer read(FileChannel channel, long at, int size)
      throws IOException {
    if (at < 0) {
      return null;
    }
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        return null;
      }
    }
    return buffer.flip();
  }

  private static @Nullable LogRecord parse(ByteBuffer body) {
    try {
      int stream = 0;
      long nanos = 0;
      boolean partial = false;
      byte[] line = new byte[0];
      while (body.hasRemaining()) {
        int key = (int) varint(body);
        switch (key & 7) {
          case 0 -> {
            long value = varint(body);
            if (key == TIME) {
              nanos = value;
            } else if (key == PARTIAL) {
              partial = value != 0;
            }
          }
          case 2 -> {
            int length = (int) varint(body);
            if (length < 0 || length > body.remaining()) {
              return null;
            }
            byte[] value = new byte[length];
            body.get(value);
            if (key == SOURCE) {
              stream =
                  LogRecord.stream(new String(value, java.nio.charset.StandardCharsets.US_ASCII));
            } else if (key == LINE) {
              line = value;
            } else if (key == (5 << 3 | 2)) {
              // The last part of a long line says that it is one: it ends the line.
              partial = !last(value);
            }
          }
          default -> {
            return null;
          }
        }
      }
      return stream == 0
          ? null
          : new LogRecord(
              Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS)),
              stream,
              partial,
              line);
    } catch (java.nio.BufferUnderflowException e) {
      return null;
    }
  }

  /** {@code PartialLogEntryMetadata.last}. */
  private static boolean last(byte[] metadata) {
    return metadata.length >= 2 && Arrays.equals(metadata, 0, 2, new byte[] {1 << 3, 1}, 0, 2);
  }

  private static void varint(long value, Bytes to) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      to.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    to.write((int) rest);
  }

  private static long varint(ByteBuffer from) {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = from.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    return value;
  }
}
