package io.layerd.daemon;

import io.layerd.sys.Epoll;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connections between two requests, kept as descriptors and nothing else: what Netty and Vert.x
 * hold of a connection is some kilobytes, and made again when the next request comes. One thread
 * watches all of them, and only while there are some.
 */
final class RestingConnections implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(RestingConnections.class);
  private static final int LOOK_MILLIS = 1000;

  /** Where a connection came from, and goes back to. */
  interface Origin {
    /** There is something to read, if only the end. The descriptor is the origin's again. */
    void wake(int fd);

    /** It was closed here. */
    void gone();
  }

  private record Resting(Origin origin, long sinceNanos) {}

  private final Sys sys;
  private final Duration most;
  private final Map<Integer, Resting> resting = new LinkedHashMap<>(); // those there longest first
  private @Nullable Epoll epoll;
  private boolean closed;

  /**
   * @param most how long one may rest; then it is closed
   */
  RestingConnections(Sys sys, Duration most) {
    this.sys = sys;
    this.most = most;
  }

  /**
   * Takes a second descriptor of a connection, and gives that back when something comes.
   *
   * @return false if that cannot be done now
   */
  synchronized boolean add(int fd, Origin origin) {
    if (closed) {
      return false;
    }
    int own = -1;
    try {
      Epoll watching = epoll;
      if (watching == null) {
        watching = watch();
      }
      own = Epoll.duplicate(fd);
      resting.put(own, new Resting(origin, System.nanoTime()));
      watching.add(own);
      return true;
    } catch (ErrnoException e) {
      LOG.debugf("a connection does not rest: %s", e.getMessage());
      if (own != -1) {
        resting.remove(own);
        sys.close(own);
      }
      return false;
    }
  }

  private Epoll watch() throws ErrnoException {
    Epoll fresh = Epoll.open();
    epoll = fresh;
    Thread.ofPlatform().daemon().name("resting-connections").start(() -> watch(fresh));
    return fresh;
  }

  private void watch(Epoll watching) {
    try (watching) {
      do {
        for (int fd : watching.await(LOOK_MILLIS)) {
          Resting one = remove(fd);
          if (one != null) {
            one.origin().wake(fd);
          }
        }
        expired().forEach(Origin::gone);
      } while (!isOver());
    } catch (ErrnoException e) {
      LOG.error("connections without a request are given up", e);
      close();
    }
  }

  private synchronized @Nullable Resting remove(int fd) {
    return resting.remove(fd);
  }

  private synchronized List<Origin> expired() {
    List<Origin> origins = new ArrayList<>();
    long now = System.nanoTime();
    Iterator<Map.Entry<Integer, Resting>> all = resting.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Integer, Resting> one = all.next();
      if (now - one.getValue().sinceNanos() < most.toNanos()) {
        break;
      }
      sys.close(one.getKey());
      origins.add(one.getValue().origin());
      all.remove();
    }
    return origins;
  }

  private synchronized boolean isOver() {
    if (!resting.isEmpty()) {
      return false;
    }
    epoll = null;
    return true;
  }

  /** How many there are. */
  synchronized int count() {
    return resting.size();
  }

  /** Closes those that rest; there will be no more. */
  @Override
  public void close() {
    List<Origin> origins = new ArrayList<>();
    synchronized (this) {
      closed = true;
      resting.forEach(
          (fd, one) -> {
            sys.close(fd);
            origins.add(one.origin());
          });
      resting.clear();
    }
    origins.forEach(Origin::gone);
  }
}
