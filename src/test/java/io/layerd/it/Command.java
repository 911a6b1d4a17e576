package io.layerd.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program of the host, run with a limit on its time. */
final class Command {
  static final Duration LIMIT = Duration.ofSeconds(90);

  private final List<String> words = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private Duration limit = LIMIT;
  private byte[] input = new byte[0];

  private Command(List<String> words) {
    this.words.addAll(words);
  }

  static Command of(String... words) {
    return new Command(List.of(words));
  }

  static Command of(List<String> words) {
    return new Command(words);
  }

  /** Runs a line of shell and expects it to succeed. */
  static String sh(String line) {
    return of("bash", "-ec", line).run().ok().out();
  }

  Command env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Command limit(Duration time) {
    limit = time;
    return this;
  }

  Command input(String text) {
    input = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  Result run() {
    Running running = start();
    try (OutputStream stdin = running.process().getOutputStream()) {
      stdin.write(input);
    } catch (IOException e) {
      // The program ended without reading its input.
    }
    return running.await(limit);
  }

  /** Starts the program and leaves its standard input open. */
  Running start() {
    try {
      ProcessBuilder builder = new ProcessBuilder(words);
      builder.environment().putAll(environment);
      Process process = builder.start();
      return new Running(
          String.join(" ", words),
          process,
          drain(process.getInputStream()),
          drain(process.getErrorStream()));
    } catch (IOException e) {
      throw new IllegalStateException("cannot start " + words, e);
    }
  }

  /** Starts the program with both outputs appended to a file. */
  Process startInto(Path log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(environment);
    return builder
        .redirectErrorStream(true)
        .redirectInput(Path.of("/dev/null").toFile())
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private static Gathered drain(InputStream stream) {
    Gathered gathered = new Gathered();
    CompletableFuture<Void> done = new CompletableFuture<>();
    // A platform thread: a blocked read of a pipe holds a virtual thread's carrier.
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              byte[] buffer = new byte[8192];
              try (stream) {
                for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                  gathered.add(buffer, read);
                }
              } catch (IOException e) {
                // The process was destroyed while its output was read.
              } finally {
                done.complete(null);
              }
            });
    gathered.end = done;
    return gathered;
  }

  /** Output so far; safe to read while the program still writes. */
  static final class Gathered {
    private final java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    private CompletableFuture<Void> end = new CompletableFuture<>();

    private synchronized void add(byte[] buffer, int length) {
      bytes.write(buffer, 0, length);
    }

    synchronized String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  /** A program that still runs. */
  record Running(String command, Process process, Gathered out, Gathered err) {
    Result await(Duration limit) {
      try {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          throw new AssertionError(
              "no end within " + limit + ": " + command + "\n" + out.text() + err.text());
        }
        out.end.get(60, TimeUnit.SECONDS);
        err.end.get(60, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IllegalStateException(command, e);
      }
      return new Result(command, process.exitValue(), out.text(), err.text());
    }

    void type(String text) throws IOException {
      process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    }

    void closeInput() throws IOException {
      process.getOutputStream().close();
    }

    /** Waits for a condition, which must come before the program ends. */
    void awaitWhileAlive(String what, BooleanSupplier condition) {
      Wait.until(
          what,
          Duration.ofSeconds(60),
          () -> !process.isAlive() || condition.getAsBoolean(),
          () -> " of " + command + "; so far: " + out.text() + err.text());
      if (!process.isAlive()) {
        throw new AssertionError("it ended before " + what + ": " + await(LIMIT).describe());
      }
    }

    /** Waits until the output holds a text. */
    void awaitOut(String text) {
      Wait.until(
          "output of " + command + " to hold " + text + "; so far: ",
          () -> out.text().contains(text),
          out::text);
    }

    void kill() {
      process.destroyForcibly();
    }
  }
}
