package io.layerd.logs;

import io.layerd.logs.Position.Reached;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Brings what the monitor wrote about one run of a container to its log. A record goes to the log's
 * file and then into the position, so that a daemon that is killed in between takes the file back
 * to the position and brings it once more.
 */
final class LogShipper {
  private static final Logger LOG = Logger.getLogger(LogShipper.class);
  private static final int BATCH_BYTES = 256 << 10;
  private static final String SPOOL = "ctr.log";
  private static final String POSITION = "ctr.log.position";

  private final Sys sys;
  private final Path directory;
  private final LogSettings settings;
  private final @Nullable LogFiles files;
  private final @Nullable LogSink sink;
  private final RecordFormat format;
  private final Deque<LogRecord> unsent = new ArrayDeque<>();
  private final LineAssembler lines = new LineAssembler(this::take);
  private final Bytes batch = new Bytes(1024);
  private @Nullable Spool spool;
  private @Nullable Position position;
  private long waitingBytes;
  private boolean failing;

  /** Guards the two below, apart from the shipping itself: readers never wait for a write. */
  private final Object news = new Object();

  private long changes;
  private boolean ended;

  LogShipper(
      Sys sys,
      Path directory,
      LogSettings settings,
      @Nullable LogFiles files,
      @Nullable LogSink sink)
      throws IOException {
    this.sys = sys;
    this.directory = directory;
    this.settings = settings;
    this.files = files;
    this.sink = sink;
    format = settings.format();
    if (files != null) {
      files.open();
    }
  }

  static Path spool(Path directory) {
    return directory.resolve(SPOOL);
  }

  Path directory() {
    return directory;
  }

  LogSettings settings() {
    return settings;
  }

  @Nullable LogFiles files() {
    return files;
  }

  private void take(LogRecord entry) {
    waitingBytes += entry.content().length;
    if (files != null) {
      format.encode(entry, batch);
    }
    if (sink != null) {
      unsent.add(entry);
    }
  }

  /** Ships all there is. */
  synchronized void ship() throws IOException {
    Spool from = opened();
    if (from == null) {
      return;
    }
    try {
      flush(from.consumed());
      while (true) {
        long before = from.consumed();
        LogRecord piece = from.next();
        if (piece == null) {
          break;
        }
        if (files != null && files.full(files.size() + batch.size())) {
          flush(before);
          files.rotate();
          save(before);
        }
        lines.add(piece);
        if (waitingBytes >= BATCH_BYTES) {
          flush(from.consumed());
        }
      }
      flush(from.consumed());
      from.release();
      failing = false;
    } catch (IOException e) {
      drop(from);
      throw e;
    }
  }

  private @Nullable Spool opened() throws IOException {
    if (spool == null && Files.exists(spool(directory))) {
      Position reached = Position.open(directory.resolve(POSITION));
      position = reached;
      Reached last = reached.read(lines);
      if (files != null && last.log() >= 0) {
        // What an earlier daemon wrote and did not get to note is brought again.
        files.cut(last.log());
      }
      spool = new Spool(sys, spool(directory), last.spool());
    }
    return spool;
  }

  private void flush(long consumed) throws IOException {
    if (waitingBytes == 0 && batch.size() == 0 && unsent.isEmpty()) {
      return;
    }
    if (files != null && batch.size() > 0) {
      files.append(batch);
    }
    if (sink != null) {
      for (LogRecord entry = unsent.peek(); entry != null; entry = unsent.peek()) {
        sink.send(entry);
        unsent.remove();
      }
      sink.flush();
    }
    waitingBytes = 0;
    save(consumed);
    synchronized (news) {
      changes++;
      news.notifyAll();
    }
  }

  private void save(long consumed) throws IOException {
    if (position != null) {
      position.write(new Reached(consumed, files == null ? -1 : files.size()), lines);
    }
  }

  /**
   * A receiver that does not take what comes loses it where the user wants that: beyond a buffer,
   * in non-blocking mode.
   */
  private void drop(Spool from) throws IOException {
    long most = settings.mostWaiting();
    if (sink != null && most >= 0 && from.size() - from.consumed() + waitingBytes > most) {
      unsent.clear();
      from.skip();
      waitingBytes = 0;
      save(from.consumed());
    }
  }

  /** Ships all there is, and says so if that fails, once until it works again. */
  boolean tryShip() {
    try {
      ship();
      return true;
    } catch (IOException | RuntimeException e) {
      if (!failing) {
        failing = true;
        LOG.warnf(
            "the log of container %s waits in %s: %s",
            settings.subject().shortId(), spool(directory), e.getMessage());
      }
      return false;
    }
  }

  /**
   * The run is over: ships the rest and forgets the spool. What cannot be shipped now stays for the
   * next run, or the next daemon.
   */
  synchronized void end() {
    try {
      if (tryShip()) {
        lines.end();
        Spool from = spool;
        if (from != null) {
          flush(from.consumed());
          from.close();
        }
        Files.deleteIfExists(spool(directory));
        Files.deleteIfExists(directory.resolve(POSITION));
      }
    } catch (IOException | RuntimeException e) {
      LOG.warnf(
          "the log of container %s waits in %s: %s",
          settings.subject().shortId(), spool(directory), e.getMessage());
    } finally {
      close();
    }
  }

  /** Lets go of everything and leaves it as it is. */
  synchronized void close() {
    for (AutoCloseable part : new @Nullable AutoCloseable[] {spool, position, files, sink}) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (Exception e) {
        LOG.debugf("while closing a log: %s", e.getMessage());
      }
    }
    spool = null;
    position = null;
    synchronized (news) {
      ended = true;
      news.notifyAll();
    }
  }

  long changes() {
    synchronized (news) {
      return changes;
    }
  }

  boolean ended() {
    synchronized (news) {
      return ended;
    }
  }

  /** Waits until there is more than there was, the run is over, or it took too long. */
  void await(long seen, long millis) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (news) {
      while (changes == seen && !ended) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return;
        }
        TimeUnit.NANOSECONDS.timedWait(news, left);
      }
    }
  }
}
