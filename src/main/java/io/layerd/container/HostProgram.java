package io.layerd.container;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a short program of the host and returns what it printed. */
final class HostProgram {
  private HostProgram() {}

  record Outcome(int exitCode, String output) {}

  static Outcome run(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), output);
    } catch (IOException e) {
      throw new SystemFailure("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemFailure("interrupted while running " + command.getFirst(), e);
    }
  }
}
