package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.Console;
import io.layerd.runtime.ContainerRuntime.ExitStatus;
import io.layerd.runtime.ContainerRuntime.Output;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A process with a conmon behind it. */
final class WatchedProcess implements RunningProcess {
  /**
   * What conmon reads of its control FIFO at once ({@code CTLBUFSZ - 1}). Of two lines in one read
   * it takes the first one twice (seen with 2.1.6), so a line fills a read.
   */
  private static final int CONTROL_BYTES = 199;

  /** How long a reader may wait in vain after the process ended before it is told. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final Sys sys;
  private final Bundle bundle;
  private final ProcessId process;
  private final ProcessId monitor;
  private final boolean tty;
  private final boolean inputOnce;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private final List<ConmonConsole> consoles = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable ConmonConsole> early = new AtomicReference<>();
  private volatile boolean monitorGone;

  WatchedProcess(
      Sys sys,
      Bundle bundle,
      ProcessId process,
      ProcessId monitor,
      boolean tty,
      boolean inputOnce) {
    this.sys = sys;
    this.bundle = bundle;
    this.process = process;
    this.monitor = monitor;
    this.tty = tty;
    this.inputOnce = inputOnce;
  }

  Bundle bundle() {
    return bundle;
  }

  ProcessId id() {
    return process;
  }

  /** Hands over a console that was connected before the start. */
  void connected(ConmonConsole console) {
    consoles.add(console);
    early.set(console);
  }

  @Override
  public int pid() {
    return process.pid();
  }

  @Override
  public CompletableFuture<ExitStatus> exit() {
    return exit;
  }

  boolean ended() {
    return exit.isDone();
  }

  @Override
  public Console attach() {
    ConmonConsole connected = early.getAndSet(null);
    if (connected != null) {
      return connected;
    }
    try {
      ConmonConsole console = ConmonConsole.connect(sys, bundle, inputOnce);
      consoles.add(console);
      return console;
    } catch (ErrnoException e) {
      if (ended() || !monitor.alive(sys)) {
        return new EndedConsole();
      }
      throw new SystemFailure("cannot attach to the process: " + e.getMessage(), e);
    }
  }

  @Override
  public void resize(int rows, int columns) {
    if (!tty || ended()) {
      return;
    }
    String size = "1 " + rows + " " + columns;
    byte[] line =
        (size + " ".repeat(CONTROL_BYTES - 1 - size.length()) + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    int fd = -1;
    try {
      // Not blocking: without conmon nobody reads this FIFO any more.
      fd =
          sys.openat(
              Sys.AT_FDCWD,
              bundle.control().toString().getBytes(StandardCharsets.UTF_8),
              Sys.O_WRONLY | Sys.O_NONBLOCK,
              0);
      sys.writeFully(fd, ByteBuffer.allocateDirect(line.length).put(line).flip());
    } catch (ErrnoException e) {
      if (!ended() && monitor.alive(sys)) {
        throw new SystemFailure("cannot resize the terminal: " + e.getMessage(), e);
      }
    } finally {
      if (fd >= 0) {
        sys.close(fd);
      }
    }
  }

  /**
   * Whether the process is gone and conmon too, so that no exit file will come any more.
   *
   * @return true once, on the second look, since conmon writes the file as its last act
   */
  boolean lost() {
    if (monitor.alive(sys) || process.alive(sys)) {
      return false;
    }
    boolean before = monitorGone;
    monitorGone = true;
    return before;
  }

  /** Forgets closed consoles and ends those that wait in vain for a conmon that lingers. */
  void tendConsoles() {
    if (ended()) {
      consoles.forEach(ConmonConsole::discardIfLeft);
    }
    consoles.removeIf(ConmonConsole::isClosed);
    if (ended()) {
      for (ConmonConsole console : consoles) {
        if (console.idleFor(LINGER)) {
          console.end();
        }
      }
    }
  }

  boolean hasConsoles() {
    return !consoles.isEmpty();
  }

  /** What one gets who comes after the end. */
  private static final class EndedConsole implements Console {
    @Override
    public @Nullable Output read() {
      return null;
    }

    @Override
    public void write(byte[] data, int offset, int length) {}

    @Override
    public void closeInput() {}

    @Override
    public void close() {}
  }
}
