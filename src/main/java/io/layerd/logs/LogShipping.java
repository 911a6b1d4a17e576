package io.layerd.logs;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The logs of all containers of a daemon. Methods block on files, not for long. */
public final class LogShipping implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(LogShipping.class);
  private static final int FILE_THREADS = 2;
  private static final int SENDING_THREADS = 32;
  private static final long IDLE_SECONDS = 5;
  private static final long RETRY_MILLIS = 1000;

  private final Sys sys;
  private final ThreadPoolExecutor writing = pool("log-files", FILE_THREADS);

  /** Receivers elsewhere may be slow: they do not hold up those that only write files. */
  private final ThreadPoolExecutor sending = pool("log-senders", SENDING_THREADS);

  private final ScheduledThreadPoolExecutor retries;
  private final Map<String, Running> running = new ConcurrentHashMap<>();

  private record Running(LogShipper shipper, Runnable unwatch) {}

  public LogShipping(Sys sys) {
    this.sys = sys;
    retries = new ScheduledThreadPoolExecutor(1, daemons("log-retries"));
    retries.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    retries.allowCoreThreadTimeOut(true);
    retries.setRemoveOnCancelPolicy(true);
  }

  private static ThreadFactory daemons(String name) {
    return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
  }

  private static ThreadPoolExecutor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            daemons(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Opens a container's log for a run.
   *
   * @return where its monitor is to write; null for no log
   * @throws SystemFailure if the log cannot be written, or its receiver not be reached
   */
  public @Nullable Path prepare(String id, Path directory, LogSettings settings) {
    if (settings.driver() == LogDriver.NONE) {
      return null;
    }
    try {
      LogShipper shipper = shipper(directory, settings, true);
      // What an earlier run left, for want of room.
      shipper.tryShip();
      running.put(id, new Running(shipper, () -> {}));
      return LogShipper.spool(directory);
    } catch (IOException e) {
      throw new SystemFailure(
          "failed to create task for container: failed to initialize logging driver: "
              + e.getMessage(),
          e);
    }
  }

  private LogShipper shipper(Path directory, LogSettings settings, boolean connect)
      throws IOException {
    LogFiles files = files(directory, settings);
    LogSink sink = settings.driver().remote() ? LogSinks.open(settings, connect) : null;
    return new LogShipper(sys, directory, settings, files, sink);
  }

  private static @Nullable LogFiles files(Path directory, LogSettings settings) {
    return switch (settings.driver()) {
      case NONE -> null;
      case JSON_FILE ->
          new LogFiles(
              directory.resolve(settings.subject().id() + "-json.log"), settings.rotation());
      case LOCAL ->
          new LogFiles(
              directory.resolve("local-logs").resolve("container.log"), settings.rotation());
      case JOURNALD, SYSLOG, FLUENTD, GELF ->
          settings.cacheDisabled()
              ? null
              : new LogFiles(directory.resolve("container-cached.log"), settings.rotation());
    };
  }

  /** What {@code docker inspect} names; empty unless it is the file that log collectors read. */
  public static String path(Path directory, LogSettings settings) {
    return settings.driver() == LogDriver.JSON_FILE
        ? directory.resolve(settings.subject().id() + "-json.log").toString()
        : "";
  }

  /** The monitor of a prepared container writes from now on. */
  public void begin(String id) {
    Running prepared = running.get(id);
    if (prepared == null) {
      return;
    }
    LogShipper shipper = prepared.shipper();
    ThreadPoolExecutor pool = shipper.settings().driver().remote() ? sending : writing;
    Wake wake = new Wake(shipper, pool);
    try {
      Runnable unwatch = WriteWatch.shared().add(LogShipper.spool(shipper.directory()), wake);
      running.put(id, new Running(shipper, unwatch));
      wake.run();
    } catch (IOException e) {
      throw new SystemFailure("cannot watch the log of container " + id + ": " + e.getMessage(), e);
    }
  }

  /**
   * Ships what was written, on a pool: once more if something was written meanwhile, later if it
   * failed.
   */
  private final class Wake implements Runnable {
    private final LogShipper shipper;
    private final ThreadPoolExecutor pool;
    private final AtomicBoolean due = new AtomicBoolean();

    Wake(LogShipper shipper, ThreadPoolExecutor pool) {
      this.shipper = shipper;
      this.pool = pool;
    }

    @Override
    public void run() {
      if (due.compareAndSet(false, true)) {
        try {
          pool.execute(this::ship);
        } catch (RejectedExecutionException e) {
          LOG.debug("the daemon ends: the next one ships the rest");
        }
      }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it cannot fail
    private void ship() {
      due.set(false);
      if (!shipper.tryShip() && !shipper.ended() && !retries.isShutdown()) {
        retries.schedule(this, RETRY_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  /** A container that an earlier daemon started runs on. */
  public void adopt(String id, Path directory, LogSettings settings) {
    if (settings.driver() == LogDriver.NONE
        || running.containsKey(id)
        || Files.notExists(LogShipper.spool(directory))) {
      return;
    }
    try {
      running.put(id, new Running(shipper(directory, settings, false), () -> {}));
    } catch (IOException e) {
      throw new SystemFailure("cannot open the log of container " + id + ": " + e.getMessage(), e);
    }
    begin(id);
  }

  /** A run is over, and nothing more is written: all of it is in the log on return. */
  public void end(String id, Path directory, LogSettings settings) {
    Running over = running.remove(id);
    if (over != null) {
      over.unwatch().run();
      over.shipper().end();
    } else if (settings.driver() != LogDriver.NONE && Files.exists(LogShipper.spool(directory))) {
      try {
        shipper(directory, settings, false).end();
      } catch (IOException e) {
        throw new SystemFailure(
            "cannot write the log of container " + id + ": " + e.getMessage(), e);
      }
    }
  }

  /**
   * Opens a log for reading, as far as it was written.
   *
   * @return null if there is none
   */
  public @Nullable LogView view(
      String id, Path directory, LogSettings settings, LogCursor.Range range)
      throws IOException, InterruptedException {
    Running now = running.get(id);
    LogShipper shipper = now == null ? null : now.shipper();
    if (shipper != null) {
      // Not here: a reader who is interrupted would close the writer's files.
      try {
        writing.submit(shipper::tryShip).get();
      } catch (ExecutionException | RejectedExecutionException e) {
        throw new IOException("cannot bring the log up to date: " + e.getMessage(), e);
      }
    }
    LogFiles files = shipper == null ? files(directory, settings) : shipper.files();
    return files == null
        ? null
        : new LogView(shipper, LogCursor.open(files, settings.format(), range));
  }

  /** Leaves everything to the next daemon. */
  @Override
  public void close() {
    running.values().forEach(log -> log.unwatch().run());
    retries.shutdownNow();
    // What is being written is written to its end; a receiver elsewhere may take for ever.
    writing.shutdown();
    sending.shutdownNow();
    running.values().forEach(log -> log.shipper().close());
    running.clear();
  }
}
