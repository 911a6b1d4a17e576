package io.layerd.api.access;

import io.layerd.spec.SpecJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A line of JSON for each request, written by a thread of its own. While the queue is full requests
 * are refused: none goes unrecorded because there are many.
 */
public final class AuditLog implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd.audit");
  private static final int WAITING = 16_384;
  private static final int RESERVE = 1024;
  private static final int CLOSE_SECONDS = 5;

  private final String target;
  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(WAITING);
  private final Thread writer = Thread.ofPlatform().daemon().name("audit log").unstarted(this::run);
  private volatile boolean reopen;
  private volatile boolean closed;
  private boolean failed;
  private @Nullable OutputStream out;

  private AuditLog(String target) {
    this.target = target;
  }

  /**
   * @param target a file that is appended to, {@code stdout}, or {@code log} for the daemon's log
   * @throws IOException if the file cannot be written
   */
  public static AuditLog open(String target) throws IOException {
    AuditLog log = new AuditLog(target);
    log.out = log.stream();
    log.writer.start();
    return log;
  }

  private @Nullable OutputStream stream() throws IOException {
    if (target.equals("log")) {
      return null;
    }
    if (target.equals("stdout")) {
      return System.out;
    }
    Path file = Path.of(target);
    if (Files.notExists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Whether another request may come. */
  boolean hasRoom() {
    return lines.remainingCapacity() > RESERVE;
  }

  void add(Map<String, Object> line) {
    if (!lines.offer(SpecJson.MAPPER.valueToTree(line).toString())) {
      LOG.errorf("the audit log cannot keep up: lost %s", line);
    }
  }

  /** Opens the file again: it may have been moved away. */
  public void reopen() {
    reopen = true;
  }

  private void run() {
    while (!closed || !lines.isEmpty()) {
      try {
        String line = lines.poll(100, TimeUnit.MILLISECONDS);
        if (reopen) {
          reopen = false;
          again();
        }
        if (line != null) {
          write(line);
        }
      } catch (IOException e) {
        if (!failed) {
          LOG.errorf("cannot write the audit log %s: %s", target, e.getMessage());
        }
        failed = true;
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void again() throws IOException {
    OutputStream before = out;
    if (before != null && before != System.out) {
      out = stream();
      before.close();
    }
  }

  private void write(String line) throws IOException {
    OutputStream to = out;
    if (to == null) {
      LOG.info(line);
    } else {
      to.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      to.flush();
    }
    failed = false;
  }

  /** Writes what waits. */
  @Override
  public void close() {
    closed = true;
    try {
      boolean _ = writer.join(java.time.Duration.ofSeconds(CLOSE_SECONDS));
      if (out != null && out != System.out) {
        out.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.errorf("cannot write the audit log %s: %s", target, e.getMessage());
    }
  }
}
