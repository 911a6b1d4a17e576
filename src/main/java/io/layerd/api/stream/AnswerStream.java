package io.layerd.api.stream;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A streamed answer's body; writing blocks while the client is slow. */
final class AnswerStream extends OutputStream {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final StreamAnswer answer;

  AnswerStream(StreamAnswer answer) {
    this.answer = answer;
  }

  /** For who writes many small pieces, and flushes at the end. */
  static OutputStream buffered(StreamAnswer answer) {
    return new BufferedOutputStream(new AnswerStream(answer), BUFFER_BYTES);
  }

  @Override
  public void write(int b) throws IOException {
    answer.write(new byte[] {(byte) b});
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    answer.write(bytes, offset, length);
  }
}
