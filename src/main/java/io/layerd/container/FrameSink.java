package io.layerd.container;

import java.io.IOException;

/** Receives output of a container. Called from one thread at a time. */
public interface FrameSink {
  /** Called once before the first write, when the request is found valid. */
  default void open(boolean tty) throws IOException {}

  /**
   * Takes some output; blocks while the receiver is slow.
   *
   * @param stream 1 standard output (and terminals), 2 standard error
   * @throws IOException if the receiver has gone, which ends the stream
   */
  void write(int stream, byte[] data) throws IOException;
}
