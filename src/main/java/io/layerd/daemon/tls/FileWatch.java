package io.layerd.daemon.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at files now and then, and acts once they have changed and come to rest. Looking works
 * where waiting for the kernel's word does not: through links that are exchanged as a whole, as
 * Kubernetes does with secrets, and over network file systems.
 */
public final class FileWatch implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Supplier<List<Path>> files;
  private final Runnable onChange;
  private final Thread thread;

  /** How the files were when they were last read. */
  private volatile Map<Path, @Nullable Object> known;

  /** Looks for the first time; read the files afterwards. */
  public FileWatch(String name, Supplier<List<Path>> files, Runnable onChange) {
    this.files = files;
    this.onChange = onChange;
    this.known = look();
    this.thread = Thread.ofVirtual().name(name).unstarted(this::watch);
  }

  /** Begins to look. */
  public void start() {
    thread.start();
  }

  private void watch() {
    Map<Path, @Nullable Object> before = known;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(EVERY);
      } catch (InterruptedException e) {
        return;
      }
      Map<Path, @Nullable Object> now = look();
      // a pair is written one file after the other: two equal looks mean that both are there
      if (now.equals(before) && !now.equals(known)) {
        known = now;
        onChange.run();
      }
      before = now;
    }
  }

  /** To be called before the files are read for another reason than a change. */
  public void readNow() {
    known = look();
  }

  /** What tells a file from what it was: a change of its content changes its ctime at least. */
  private Map<Path, @Nullable Object> look() {
    Map<Path, @Nullable Object> seen = new HashMap<>();
    for (Path file : files.get()) {
      try {
        seen.put(file, Files.readAttributes(file, "unix:dev,ino,size,ctime"));
      } catch (IOException e) {
        seen.put(file, null);
      }
    }
    return seen;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
