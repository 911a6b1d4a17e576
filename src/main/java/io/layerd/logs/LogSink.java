package io.layerd.logs;

import java.io.IOException;

/**
 * Somewhere else that a log is sent to. It connects by itself when it has to, again after a
 * failure.
 */
interface LogSink extends AutoCloseable {
  /** Finds out whether the receiver is there, where the driver's options want that. */
  void connect() throws IOException;

  /** Sends one, or throws and leaves the next try to a new connection. */
  void send(LogRecord entry) throws IOException;

  /** What was sent is on its way. */
  default void flush() throws IOException {}

  @Override
  void close();
}
