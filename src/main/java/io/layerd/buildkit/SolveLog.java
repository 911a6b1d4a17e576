package io.layerd.buildkit;

import io.layerd.rpc.WireWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a build said so far, as {@code StatusResponse}s; anyone may follow it from the start. */
final class SolveLog {
  /** Beyond this a build's output is kept no more; its steps still are. */
  private static final long MOST_BYTES = 64L << 20;

  private final List<byte[]> events = new ArrayList<>();
  private long bytes;
  private boolean ended;
  private int begun;
  private int done;
  private int cached;

  /** A step has begun. */
  synchronized void began() {
    begun++;
  }

  /** A step has ended. */
  synchronized void finished(boolean fromCache) {
    done++;
    cached += fromCache ? 1 : 0;
  }

  /** How many steps have begun and ended, and how many of them were spared. */
  record Counts(int begun, int done, int cached) {}

  synchronized Counts counts() {
    return new Counts(begun, done, cached);
  }

  synchronized long bytes() {
    return bytes;
  }

  void vertex(WireWriter vertex) {
    add(new WireWriter().message(1, vertex));
  }

  void status(WireWriter status) {
    add(new WireWriter().message(2, status));
  }

  void log(WireWriter log) {
    synchronized (this) {
      if (bytes > MOST_BYTES) {
        return;
      }
    }
    add(new WireWriter().message(3, log));
  }

  void warning(WireWriter warning) {
    add(new WireWriter().message(4, warning));
  }

  private void add(WireWriter event) {
    byte[] encoded = event.toBytes();
    synchronized (this) {
      if (!ended) {
        events.add(encoded);
        bytes += encoded.length;
        notifyAll();
      }
    }
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  private synchronized byte[] next(int at) throws InterruptedException {
    while (at >= events.size() && !ended) {
      wait();
    }
    return at < events.size() ? events.get(at) : new byte[0];
  }

  /** Takes what is followed. */
  interface Follower {
    void take(byte[] event) throws IOException, InterruptedException;
  }

  /** Sends everything, until the build has ended. */
  void follow(Follower follower) throws IOException, InterruptedException {
    for (int at = 0; ; at++) {
      byte[] event = next(at);
      if (event.length == 0) {
        return;
      }
      follower.take(event);
    }
  }
}
