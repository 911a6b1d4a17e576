package io.layerd.logs;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Keeps one connection, and makes another when it broke. */
abstract class WiredSink implements LogSink {
  private @Nullable Wire wire;

  abstract Wire dial() throws IOException;

  abstract byte[] message(LogRecord entry);

  @Override
  public void connect() throws IOException {
    if (wire == null) {
      wire = dial();
    }
  }

  @Override
  public void send(LogRecord entry) throws IOException {
    Wire now = wire;
    if (now == null) {
      now = dial();
      wire = now;
    }
    try {
      now.send(message(entry));
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public void close() {
    Wire now = wire;
    wire = null;
    if (now != null) {
      try {
        now.close();
      } catch (IOException e) {
        org.jboss.logging.Logger.getLogger(WiredSink.class)
            .debugf("while hanging up: %s", e.getMessage());
      }
    }
  }
}
