package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a program to its end and keeps what it says. */
final class Command {
  private static final int CHUNK_BYTES = 8 << 10;
  private static final int MAX_OUTPUT_BYTES = 1 << 20;

  private final Sys sys;

  Command(Sys sys) {
    this.sys = sys;
  }

  /**
   * @param status exit code; 128 + n after signal n
   * @param output standard output and error together
   */
  record Result(int status, String output) {
    boolean success() {
      return status == 0;
    }
  }

  Result run(List<String> command) {
    try {
      int[] pipe = sys.pipe();
      int pid;
      try {
        pid = sys.spawn(command, environment(Map.of()), new int[] {-1, pipe[1], pipe[1]});
      } catch (ErrnoException e) {
        sys.close(pipe[0]);
        throw e;
      } finally {
        sys.close(pipe[1]);
      }
      String output;
      try {
        output = readAll(pipe[0]);
      } finally {
        sys.close(pipe[0]);
      }
      return new Result(exitCode(sys.waitpid(pid)), output);
    } catch (ErrnoException e) {
      throw new SystemFailure("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  private String readAll(int fd) throws ErrnoException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES);
    StringBuilder text = new StringBuilder();
    while (sys.read(fd, buffer.clear()) > 0) {
      if (text.length() < MAX_OUTPUT_BYTES) {
        text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
      }
    }
    return text.toString();
  }

  /** What a program gets to know: where to find others, and what is given. */
  static List<String> environment(Map<String, String> more) {
    List<String> environment = new ArrayList<>();
    String path = System.getenv("PATH");
    environment.add(
        "PATH="
            + (path == null
                ? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
                : path));
    more.forEach((name, value) -> environment.add(name + "=" + value));
    return environment;
  }

  /** From a raw wait status. */
  static int exitCode(int waitStatus) {
    int signal = waitStatus & 0x7f;
    return signal == 0 ? waitStatus >> 8 & 0xff : 128 + signal;
  }
}
