package io.layerd.buildkit;

import io.layerd.error.SystemFailure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Contexts that come in requests of their own, each brought together with its build. */
final class Uploads {
  /** Either request may be the first. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Map<String, Upload> waiting = new HashMap<>();

  private final class Upload extends FilterInputStream {
    private boolean taken;
    private boolean ended;

    Upload(InputStream body) {
      super(body);
    }

    @Override
    public void close() throws IOException {
      synchronized (Uploads.this) {
        ended = true;
        Uploads.this.notifyAll();
      }
      super.close();
    }
  }

  /** Offers a build its context, and waits until the build wants no more of it. */
  void offer(String id, InputStream body) throws InterruptedException {
    Upload upload = new Upload(body);
    synchronized (this) {
      if (waiting.putIfAbsent(id, upload) != null) {
        throw new SystemFailure("a context is being uploaded for that build already");
      }
      notifyAll();
      try {
        long end = System.nanoTime() + LATE.toNanos();
        while (!upload.taken) {
          waitUntil(end);
        }
      } finally {
        waiting.remove(id, upload);
      }
      while (!upload.ended) {
        wait();
      }
    }
  }

  /** What is uploaded for a build; the caller closes it. */
  synchronized InputStream take(String id) throws InterruptedException {
    long end = System.nanoTime() + LATE.toNanos();
    @Nullable Upload upload = waiting.get(id);
    while (upload == null || upload.taken) {
      waitUntil(end);
      upload = waiting.get(id);
    }
    upload.taken = true;
    notifyAll();
    return upload;
  }

  private void waitUntil(long end) throws InterruptedException {
    long millis = (end - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SystemFailure("context deadline exceeded");
    }
    wait(millis);
  }
}
