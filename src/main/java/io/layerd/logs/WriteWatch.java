package io.layerd.logs;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Tells, with one thread for all (inotify), when files are written to. */
final class WriteWatch {
  private static final Logger LOG = Logger.getLogger(WriteWatch.class);
  private static final int BUFFER_BYTES = 16 << 10;
  private static final int EVENT_BYTES = 16;

  /** A file that is written to all the time is looked at so often. */
  private static final long PAUSE_MILLIS = 5;

  private final Sys sys;
  private final int inotify;
  private final Map<Integer, Runnable> watched = new ConcurrentHashMap<>();

  /** Hosts allow few inotify instances: one serves the whole process, made at the first need. */
  private static final class Shared {
    static final WriteWatch WATCH = new WriteWatch(Sys.host());
  }

  static WriteWatch shared() {
    return Shared.WATCH;
  }

  private WriteWatch(Sys sys) {
    this.sys = sys;
    try {
      inotify = sys.inotify();
    } catch (ErrnoException e) {
      throw new io.layerd.error.SystemFailure(
          "cannot watch the logs of containers: " + e.getMessage(), e);
    }
    Thread thread = new Thread(this::run, "log-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Calls back, quickly please, when a file was written to.
   *
   * @return gives the watch up
   */
  Runnable add(Path file, Runnable written) throws IOException {
    try {
      int watch = sys.watchWrites(inotify, file.toString().getBytes(StandardCharsets.UTF_8));
      watched.put(watch, written);
      return () -> {
        if (watched.remove(watch, written)) {
          sys.unwatch(inotify, watch);
        }
      };
    } catch (ErrnoException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private void run() {
    ByteBuffer events = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.nativeOrder());
    while (true) {
      try {
        events.clear();
        sys.read(inotify, events);
        events.flip();
        for (int watch : watches(events)) {
          if (watch < 0) {
            watched.values().forEach(Runnable::run);
          } else {
            watched.getOrDefault(watch, () -> {}).run();
          }
        }
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      } catch (ErrnoException | RuntimeException e) {
        LOG.error("while watching the logs of containers", e);
        if (e instanceof ErrnoException) {
          return;
        }
      }
    }
  }

  /** Each once; -1 if some were lost. */
  private static Set<Integer> watches(ByteBuffer events) {
    Set<Integer> watches = new HashSet<>();
    while (events.remaining() >= EVENT_BYTES) {
      int start = events.position();
      watches.add(events.getInt(start));
      events.position(start + EVENT_BYTES + events.getInt(start + 12));
    }
    return watches;
  }
}
