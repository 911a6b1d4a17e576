package io.layerd.engine;

import io.layerd.container.FrameSink;
import io.smallrye.mutiny.Uni;

/** A client's connection to a container or an exec instance, for an event loop. */
public interface AttachStream {
  boolean tty();

  /** Writes all output to the sink on a thread of its own; ends with the process or on detach. */
  Uni<Void> pump(FrameSink sink);

  /**
   * Sends input. Pieces keep their order; the item arrives when the process took it, so stop
   * reading from the client until then. Starts at once, also without a subscriber.
   */
  Uni<Void> write(byte[] data);

  /** The client's input has ended (half-close); takes effect after all that was written. */
  void closeInput();

  /** Disconnects. Safe to repeat. */
  void close();
}
