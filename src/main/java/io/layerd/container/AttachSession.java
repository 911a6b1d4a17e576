package io.layerd.container;

import java.io.IOException;

/**
 * A client's connection to a process. All methods but {@link #close} block; input and output may be
 * used by two threads.
 */
public interface AttachSession extends AutoCloseable {
  boolean tty();

  /**
   * Writes output to the sink until the process ends and all is written, the client detaches, or
   * {@link #close} is called. Before the container is started it waits. Call once.
   */
  void pump(FrameSink sink) throws IOException, InterruptedException;

  /** Sends input to the process; blocks while it does not read. Dropped if it has gone. */
  void write(byte[] data, int offset, int length) throws InterruptedException;

  /** The client sends no more; the process's input ends if the container was made that way. */
  void closeInput();

  /** Disconnects; wakes the threads that are inside. Safe to repeat, does not block. */
  @Override
  void close();
}
