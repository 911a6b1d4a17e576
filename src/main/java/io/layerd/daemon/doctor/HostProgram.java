package io.layerd.daemon.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a program of the host to its end. */
final class HostProgram {
  private HostProgram() {}

  /**
   * @param output standard output and standard error together, stripped
   */
  record Result(int status, String output) {
    String firstLine() {
      return output.lines().findFirst().orElse("");
    }

    String lastLine() {
      return output.lines().reduce("", (_, line) -> line);
    }
  }

  static Result run(String... command) {
    try {
      Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      return new Result(127, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(130, "interrupted");
    }
  }
}
