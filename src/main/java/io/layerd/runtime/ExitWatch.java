package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import io.layerd.runtime.ContainerRuntime.ExitStatus;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees the exit files that conmon writes, for all processes with one thread (inotify). Once a
 * second it also looks for processes whose conmon was killed, which leave no file, and for starts
 * whose runtime was.
 */
final class ExitWatch {
  private static final Logger LOG = Logger.getLogger(ExitWatch.class);
  private static final int LOST = 255;

  private final WatchService service;
  private final Map<Path, Watch> watches = new ConcurrentHashMap<>();
  private final Set<WatchedProcess> lingering = ConcurrentHashMap.newKeySet();
  private final Set<LaunchWatch> launches = ConcurrentHashMap.newKeySet();

  /**
   * @param oomKilled asked when the process has ended, before anybody is told
   */
  private record Watch(
      WatchedProcess process, Predicate<WatchedProcess> oomKilled, @Nullable WatchKey key) {}

  /** Hosts allow few inotify instances: one serves the whole process, made at the first need. */
  private static final class Shared {
    static final ExitWatch WATCH = new ExitWatch();
  }

  /** The process's one watch, looking at a directory of exit files as well. */
  static ExitWatch on(Path exits) {
    try {
      Files.createDirectories(exits);
      ExitWatch watch = Shared.WATCH;
      watch.register(exits);
      return watch;
    } catch (IOException e) {
      throw new SystemFailure("cannot watch " + exits + ": " + e.getMessage(), e);
    }
  }

  private ExitWatch() {
    try {
      service = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw new SystemFailure("cannot watch for ended containers: " + e.getMessage(), e);
    }
    Thread thread = new Thread(this::run, "exit-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private WatchKey register(Path directory) throws IOException {
    return directory.register(service, StandardWatchEventKinds.ENTRY_CREATE);
  }

  /** Before the process can end: its directory of exit files, if it has one of its own. */
  WatchKey prepare(Path directory) {
    try {
      return register(directory);
    } catch (IOException e) {
      throw new SystemFailure("cannot watch " + directory + ": " + e.getMessage(), e);
    }
  }

  /**
   * Completes the process's future when it ends.
   *
   * @param key from {@link #prepare}, given up then
   */
  void add(WatchedProcess process, Predicate<WatchedProcess> oomKilled, @Nullable WatchKey key) {
    watches.put(process.bundle().exitFile(), new Watch(process, oomKilled, key));
    // It may have ended before.
    look(process.bundle().exitFile());
  }

  private void run() {
    long nextRound = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    while (true) {
      try {
        long wait = Math.max(1, nextRound - System.nanoTime());
        WatchKey key = service.poll(wait, TimeUnit.NANOSECONDS);
        if (key != null) {
          handle(key);
        }
        if (System.nanoTime() >= nextRound) {
          round();
          nextRound = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("while watching for ended containers", e);
      }
    }
  }

  private void handle(WatchKey key) {
    Path directory = (Path) key.watchable();
    for (WatchEvent<?> event : key.pollEvents()) {
      if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
        watches.keySet().forEach(this::look);
      } else if (event.context() instanceof Path name) {
        look(directory.resolve(name));
      }
    }
    key.reset();
  }

  private void look(Path exitFile) {
    Watch watch = watches.get(exitFile);
    if (watch != null) {
      watch
          .process()
          .bundle()
          .readExit()
          .ifPresent(exit -> complete(exitFile, watch, exit.code(), exit.when()));
    }
  }

  /** Has starts looked after for as long as the process lives. */
  void alsoTend(LaunchWatch watch) {
    launches.add(watch);
  }

  private void round() {
    launches.forEach(LaunchWatch::round);
    watches.forEach(
        (exitFile, watch) -> {
          look(exitFile);
          if (!watch.process().ended() && watch.process().lost()) {
            LOG.warnf(
                "the monitor of process %d was killed: its exit code is lost",
                watch.process().pid());
            complete(exitFile, watch, LOST, Instant.now());
          }
          watch.process().tendConsoles();
        });
    lingering.removeIf(
        process -> {
          process.tendConsoles();
          return !process.hasConsoles();
        });
  }

  private void complete(Path exitFile, Watch watch, int code, Instant when) {
    if (watches.remove(exitFile, watch)) {
      if (watch.key() != null) {
        watch.key().cancel();
      }
      lingering.add(watch.process());
      boolean oomKilled = watch.oomKilled().test(watch.process());
      watch.process().exit().complete(new ExitStatus(code, oomKilled, when));
    }
  }
}
