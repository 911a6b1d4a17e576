package io.layerd.sys;

import static io.layerd.sys.Libc.call;

import java.util.Arrays;
import jnr.constants.platform.Errno;

/** Waits for any of many descriptors to become readable. epoll(7). */
public final class Epoll implements AutoCloseable {
  private static final long EPOLL_CREATE1 = Libc.function("epoll_create1");
  private static final long EPOLL_CTL = Libc.function("epoll_ctl");
  private static final long EPOLL_WAIT = Libc.function("epoll_wait");
  private static final long FCNTL = Libc.function("fcntl");
  private static final long CLOSE = Libc.function("close");

  private static final int EPOLL_CLOEXEC = 02000000;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLLIN = 1;
  private static final int EPOLLRDHUP = 0x2000;
  private static final int EPOLLONESHOT = 1 << 30;
  private static final int F_DUPFD_CLOEXEC = 1030;

  /** {@code struct epoll_event} is packed on x86 only. */
  private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");

  private static final int DATA_OFFSET = PACKED ? 4 : 8;
  private static final int EVENT_BYTES = DATA_OFFSET + 8;
  private static final int MOST_EVENTS = 1024;

  private final int fd;

  private Epoll(int fd) {
    this.fd = fd;
  }

  /**
   * Without any descriptor yet.
   *
   * @throws ErrnoException if there are no descriptors left
   */
  public static Epoll open() throws ErrnoException {
    return new Epoll((int) check(call(EPOLL_CREATE1, EPOLL_CLOEXEC), "epoll_create1", -1));
  }

  /**
   * Watches a descriptor until it was returned by {@link #await} once, or closed.
   *
   * @throws ErrnoException if the kernel has no room for one more
   */
  public void add(int watched) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long event = scratch.reserveZeroed(EVENT_BYTES);
      scratch.putInt(event, EPOLLIN | EPOLLRDHUP | EPOLLONESHOT);
      scratch.putInt(event + DATA_OFFSET, watched);
      check(call(EPOLL_CTL, fd, EPOLL_CTL_ADD, watched, event), "epoll_ctl", watched);
    }
  }

  /**
   * Those that can be read, or have ended; none if that took too long or a signal came.
   *
   * @throws ErrnoException if this was closed
   */
  public int[] await(int mostMillis) throws ErrnoException {
    try (Scratch scratch = Scratch.take(EVENT_BYTES * MOST_EVENTS)) {
      long events = scratch.reserve(EVENT_BYTES * MOST_EVENTS);
      int count = (int) call(EPOLL_WAIT, fd, events, MOST_EVENTS, mostMillis);
      if (count == -1) {
        int errno = Libc.errno();
        if (errno == Errno.EINTR.intValue()) {
          return new int[0];
        }
        throw new ErrnoException("epoll_wait", "descriptor " + fd, errno);
      }
      int[] ready = new int[count];
      Arrays.setAll(ready, i -> scratch.getInt(events + (long) i * EVENT_BYTES + DATA_OFFSET));
      return ready;
    }
  }

  /**
   * A second descriptor of the same file, which closing the first leaves open.
   *
   * @throws ErrnoException if there are no descriptors left
   */
  public static int duplicate(int descriptor) throws ErrnoException {
    return (int) check(call(FCNTL, descriptor, F_DUPFD_CLOEXEC, 0), "fcntl", descriptor);
  }

  private static long check(long result, String call, int descriptor) throws ErrnoException {
    if ((int) result == -1) {
      throw new ErrnoException(call, "descriptor " + descriptor, Libc.errno());
    }
    return result;
  }

  @Override
  public void close() {
    call(CLOSE, fd);
  }
}
