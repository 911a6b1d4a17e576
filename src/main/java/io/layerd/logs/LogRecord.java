package io.layerd.logs;

import java.time.Instant;

/**
 * One line of a container's log.
 *
 * @param stream 1 or 2
 * @param partial no newline follows: the line goes on in the next record of this stream
 */
@SuppressWarnings("ArrayRecordComponent") // bytes of a program
public record LogRecord(Instant time, int stream, boolean partial, byte[] content) {
  static final int STDOUT = 1;
  static final int STDERR = 2;

  static String streamName(int stream) {
    return stream == STDERR ? "stderr" : "stdout";
  }

  /** 0 for a name that is none. */
  static int stream(String name) {
    return switch (name) {
      case "stdout" -> STDOUT;
      case "stderr" -> STDERR;
      default -> 0;
    };
  }
}
