package io.layerd.daemon;

import io.layerd.sys.ProgramPages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Gives memory back once the daemon has had nothing to do for a while after it had: garbage, and
 * the pages of its own file that the work touched. Only for the native executable; a JVM looks
 * after itself.
 */
final class IdleMemory implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(IdleMemory.class);
  private static final long FIRST_LOOK_MILLIS = 1500;
  private static final long LOOK_MILLIS = 10_000;

  /** Ticks of the processor, of which a second has 100. */
  private static final long QUIET_TICKS_PER_LOOK = 5;

  private static final long WORTHWHILE_TICKS = 20;

  private final Path stat;
  private long ticksBefore;
  private long ticksAtRelease;
  private final Thread thread;

  private IdleMemory(Path stat) {
    this.stat = stat;
    this.thread = Thread.ofPlatform().daemon().name("idle-memory").unstarted(this::look);
  }

  static IdleMemory watch() {
    IdleMemory memory = new IdleMemory(Path.of("/proc/self/stat"));
    if (System.getProperty("org.graalvm.nativeimage.imagecode") != null) {
      memory.thread.start();
    }
    return memory;
  }

  private void look() {
    try {
      TimeUnit.MILLISECONDS.sleep(FIRST_LOOK_MILLIS);
      release();
      while (true) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        long now = ticks();
        if (isTime(now)) {
          release();
        }
        ticksBefore = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.debug("memory is kept", e);
    }
  }

  private boolean isTime(long now) {
    return now - ticksBefore <= QUIET_TICKS_PER_LOOK && now - ticksAtRelease >= WORTHWHILE_TICKS;
  }

  private void release() throws IOException {
    System.gc();
    long released = ProgramPages.release();
    LOG.debugf("idle: gave back garbage and %d KiB of the program", released / 1024);
    ticksAtRelease = ticks();
    ticksBefore = ticksAtRelease;
  }

  /** Time in user and kernel mode so far, proc_pid_stat(5). */
  private long ticks() throws IOException {
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
