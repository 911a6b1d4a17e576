package io.layerd.container;

import io.layerd.error.EngineException;
import io.layerd.runtime.ContainerRuntime.RunningProcess;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/** One check: a command in the container, its exit code and the beginning of its output. */
final class HealthProbe {
  private static final Logger LOG = Logger.getLogger(HealthProbe.class);
  private static final int MOST_OUTPUT_BYTES = 4096;
  private static final int SIGKILL = 9;

  /** How long output that is on its way is waited for when the command has ended. */
  private static final Duration DRAIN = Duration.ofSeconds(1);

  private final ExecContainer exec;
  private final ExecTable table;

  HealthProbe(ExecContainer exec, ExecTable table) {
    this.exec = exec;
    this.table = table;
  }

  /** Blocks until the command has ended or its time is over. */
  Health.Check run(Container container, HealthPlan plan) {
    Instant start = Instant.now();
    Output output = new Output();
    int code;
    try {
      code = run(container, plan, output);
    } catch (EngineException e) {
      return check(start, 1, e.getMessage());
    } catch (TimeoutException e) {
      return check(start, -1, "Health check exceeded timeout (" + text(plan.timeout()) + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return check(start, -1, "interrupted");
    } catch (ExecutionException e) {
      return check(start, 1, String.valueOf(e.getCause()));
    }
    return check(start, code, output.text());
  }

  private int run(Container container, HealthPlan plan, Output output)
      throws TimeoutException, InterruptedException, ExecutionException {
    ExecConfig config =
        new ExecConfig(
            "", false, false, null, false, true, true, false, "", null, "", plan.command());
    String id = exec.create(container.plainName(), container, config);
    ExecInstance instance = table.get(id);
    AttachSession session = exec.start(id, new ExecStart(false, false, null));
    if (session == null) {
      throw new IllegalStateException("an attached exec without a session");
    }
    CompletableFuture<Void> drained = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("health check output")
        .start(
            () -> {
              try {
                session.pump(output);
              } catch (IOException | InterruptedException e) {
                LOG.debugf("output of a health check ended: %s", e.getMessage());
              } finally {
                drained.complete(null);
              }
            });
    try {
      int code = instance.done.get(plan.timeout().toNanos(), TimeUnit.NANOSECONDS);
      drained.completeOnTimeout(null, DRAIN.toMillis(), TimeUnit.MILLISECONDS).get();
      return code;
    } catch (TimeoutException e) {
      kill(instance);
      throw e;
    } finally {
      session.close();
    }
  }

  private static void kill(ExecInstance instance) {
    RunningProcess process = instance.process();
    if (process != null && instance.isRunning()) {
      try {
        Sys.host().kill(process.pid(), SIGKILL);
      } catch (ErrnoException e) {
        LOG.debugf("health check %s ended by itself: %s", instance.id, e.getMessage());
      }
    }
  }

  private static Health.Check check(Instant start, int code, String output) {
    return new Health.Check(new GoTime(start), GoTime.now(), code, output);
  }

  /** As Go prints a duration, for the values people use. */
  static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + "ms";
    }
    StringBuilder text = new StringBuilder();
    if (duration.toHours() > 0) {
      text.append(duration.toHours()).append('h');
    }
    if (duration.toMinutes() > 0) {
      text.append(duration.toMinutesPart()).append('m');
    }
    text.append(duration.toSecondsPart());
    if (duration.toMillisPart() > 0) {
      text.append(("." + String.format("%03d", duration.toMillisPart())).replaceAll("0+$", ""));
    }
    return text.append('s').toString();
  }

  /** Keeps the beginning of what is written. */
  static final class Output implements FrameSink {
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean cut;

    @Override
    public synchronized void write(int stream, byte[] data) {
      int room = MOST_OUTPUT_BYTES - kept.size();
      kept.write(data, 0, Math.min(room, data.length));
      cut |= data.length > room;
    }

    synchronized String text() {
      return kept.toString(StandardCharsets.UTF_8) + (cut ? "..." : "");
    }
  }
}
