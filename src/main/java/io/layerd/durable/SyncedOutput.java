package io.layerd.durable;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Writes a descriptor through one buffer; closing flushes it to the device. */
final class SyncedOutput extends OutputStream {
  private static final int BUFFER_BYTES = 64 * 1024;

  interface Sync {
    void sync(int fd) throws IOException;
  }

  private final Sys sys;
  private final int fd;
  private final Sync sync;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private boolean closed;

  SyncedOutput(Sys sys, int fd, Sync sync) {
    this.sys = sys;
    this.fd = fd;
    this.sync = sync;
  }

  @Override
  public void write(int value) throws IOException {
    if (!buffer.hasRemaining()) {
      drain();
    }
    buffer.put((byte) value);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      if (!buffer.hasRemaining()) {
        drain();
      }
      int part = Math.min(length - done, buffer.remaining());
      buffer.put(bytes, offset + done, part);
      done += part;
    }
  }

  private void drain() throws IOException {
    if (closed) {
      throw new IOException("stream is closed");
    }
    buffer.flip();
    try {
      sys.writeFully(fd, buffer);
    } finally {
      buffer.clear();
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try {
      drain();
      sync.sync(fd);
    } finally {
      closed = true;
      sys.close(fd);
    }
  }
}
