package io.layerd.api.stream;

import io.layerd.container.FrameSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Sends a log; whether it is framed is known once the container is. */
final class LogSink implements FrameSink {
  private final StreamAnswer answer;
  private final boolean multiplexedName;
  private volatile boolean framed = true;

  /**
   * @param multiplexedName whether the client knows the content type of framed streams
   */
  LogSink(StreamAnswer answer, boolean multiplexedName) {
    this.answer = answer;
    this.multiplexedName = multiplexedName;
  }

  @Override
  public void open(boolean tty) {
    framed = !tty;
    answer.open(framed && multiplexedName ? Frames.MULTIPLEXED : Frames.RAW);
  }

  @Override
  public void write(int stream, byte[] data) throws IOException {
    if (data.length > 0) {
      answer.write(Frames.of(framed, stream, data).toArray(byte[][]::new));
    }
  }

  /** A text of the daemon's own, as it would be on standard error. */
  byte[] text(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Frames.of(framed, 2, text.getBytes(StandardCharsets.UTF_8)).forEach(bytes::writeBytes);
    return bytes.toByteArray();
  }
}
