package io.layerd.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/** Bytes that are put together and written in one go. */
final class Bytes extends ByteArrayOutputStream {
  Bytes(int capacity) {
    super(capacity);
  }

  void ascii(String text) {
    writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void int32(int value) {
    write(value >>> 24);
    write(value >>> 16);
    write(value >>> 8);
    write(value);
  }

  ByteBuffer view() {
    return ByteBuffer.wrap(buf, 0, count);
  }

  void drainTo(WritableByteChannel channel) throws IOException {
    ByteBuffer all = view();
    while (all.hasRemaining()) {
      channel.write(all);
    }
    reset();
  }
}
