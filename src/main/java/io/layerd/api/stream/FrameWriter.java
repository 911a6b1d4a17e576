package io.layerd.api.stream;

import io.layerd.container.FrameSink;
import java.io.IOException;

/** Sends a process's output to a client. */
final class FrameWriter implements FrameSink {
  private final BlockingOutput output;
  private final boolean framed;

  FrameWriter(BlockingOutput output, boolean framed) {
    this.output = output;
    this.framed = framed;
  }

  @Override
  public void write(int stream, byte[] data) throws IOException {
    if (data.length > 0) {
      output.write(Frames.of(framed, stream, data).toArray(byte[][]::new));
    }
  }
}
