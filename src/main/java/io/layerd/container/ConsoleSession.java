package io.layerd.container;

import io.layerd.runtime.ContainerRuntime.Console;
import io.layerd.runtime.ContainerRuntime.Output;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A client on a process that runs, or on a container that is to be started. */
final class ConsoleSession implements AttachSession {
  /** Work before and after the live output. */
  interface Step {
    void run(FrameSink sink) throws IOException, InterruptedException;
  }

  /**
   * @param endsInput whether the end of the client's input is the end of the process's
   * @param replay runs before live output
   * @param afterwards runs when the output has ended, before the client sees the end
   * @param onDetach runs when the client typed the detach keys
   */
  record Policy(
      boolean tty,
      boolean stdin,
      boolean stdout,
      boolean stderr,
      boolean stream,
      boolean endsInput,
      EscapeKeys escape,
      Step replay,
      Step afterwards,
      Runnable onDetach) {}

  private final Policy policy;

  /** Holds null once the session was closed before there was a process. */
  private final CompletableFuture<@Nullable Console> console = new CompletableFuture<>();

  private volatile boolean closed;

  ConsoleSession(Policy policy) {
    this.policy = policy;
  }

  void bind(Console connected) {
    if (!console.complete(connected)) {
      connected.close();
    }
  }

  boolean closed() {
    return closed;
  }

  @Override
  public boolean tty() {
    return policy.tty();
  }

  @Override
  public void pump(FrameSink sink) throws IOException, InterruptedException {
    sink.open(policy.tty());
    policy.replay().run(sink);
    if (!policy.stream()) {
      return;
    }
    Console connected = await();
    if (connected == null) {
      return;
    }
    while (!closed) {
      Output output = connected.read();
      if (output == null) {
        policy.afterwards().run(sink);
        return;
      }
      boolean wanted = output.stream() == 2 ? policy.stderr() : policy.stdout();
      if (wanted) {
        sink.write(output.stream(), output.data());
      }
    }
  }

  @Override
  public void write(byte[] data, int offset, int length) throws InterruptedException {
    if (!policy.stdin()) {
      return;
    }
    Console connected = await();
    if (connected == null || closed) {
      return;
    }
    EscapeKeys.Passed passed = policy.escape().filter(data, offset, length);
    if (passed.data().length > 0) {
      connected.write(passed.data(), 0, passed.data().length);
    }
    if (passed.detached()) {
      policy.onDetach().run();
      close();
    }
  }

  @Override
  public void closeInput() {
    if (policy.stdin() && policy.endsInput()) {
      console.thenAccept(
          connected -> {
            if (connected != null && !closed) {
              connected.closeInput();
            }
          });
    }
  }

  @Override
  public void close() {
    closed = true;
    if (!console.complete(null)) {
      Console connected = console.getNow(null);
      if (connected != null) {
        connected.close();
      }
    }
  }

  private @Nullable Console await() throws InterruptedException {
    try {
      return console.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
