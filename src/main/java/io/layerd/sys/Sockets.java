package io.layerd.sys;

import static io.layerd.sys.Libc.call;

import java.nio.charset.StandardCharsets;
import jnr.constants.platform.Errno;

/** Sockets that the JDK does not speak, or did not open. */
final class Sockets {
  private static final long SOCKET = Libc.function("socket");
  private static final long CONNECT = Libc.function("connect");

  private static final long GETSOCKOPT = Libc.function("getsockopt");
  private static final long SETSOCKOPT = Libc.function("setsockopt");
  private static final long CLOSE = Libc.function("close");

  /** The kernel answers at once; if it does not, waiting would hold a thread for ever. */
  private static final long NETLINK_SECONDS = 10;

  private static final int SO_RCVTIMEO = 20;

  /** Seconds and microseconds, 64 bits each. */
  private static final int TIMEVAL_BYTES = 16;

  private static final int SOL_SOCKET = 1;
  private static final int AF_UNIX = 1;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOCK_CLOEXEC = 02000000;
  private static final int ADDRESS_BYTES = 110;

  private Sockets() {}

  static int netlink(int family) throws ErrnoException {
    int socket = (int) call(SOCKET, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
    if (socket == -1) {
      throw new ErrnoException("socket", "netlink", Libc.errno());
    }
    try (Scratch scratch = Scratch.take()) {
      long limit = scratch.reserveZeroed(TIMEVAL_BYTES);
      scratch.putLong(limit, NETLINK_SECONDS);
      if ((int) call(SETSOCKOPT, socket, SOL_SOCKET, SO_RCVTIMEO, limit, TIMEVAL_BYTES) == -1) {
        int errno = Libc.errno();
        call(CLOSE, socket);
        throw new ErrnoException("setsockopt", "netlink", errno);
      }
    }
    return socket;
  }

  /**
   * Connects through {@code /proc/self/fd/N} of the opened socket file: an address holds 107 bytes
   * only, a path below a container's directory is longer.
   */
  static int connectSeqpacket(Sys sys, String path) throws ErrnoException {
    return connectUnix(sys, path, SOCK_SEQPACKET);
  }

  static int connectDatagram(Sys sys, String path) throws ErrnoException {
    return connectUnix(sys, path, SOCK_DGRAM);
  }

  private static int connectUnix(Sys sys, String path, int type) throws ErrnoException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    int file = sys.openat(Sys.AT_FDCWD, name, Sys.O_PATH, 0);
    try {
      int socket = (int) call(SOCKET, AF_UNIX, type | SOCK_CLOEXEC, 0);
      if (socket == -1) {
        throw new ErrnoException("socket", path, Libc.errno());
      }
      try {
        connect(socket, "/proc/self/fd/" + file, path);
        return socket;
      } catch (ErrnoException e) {
        sys.close(socket);
        throw e;
      }
    } finally {
      sys.close(file);
    }
  }

  private static void connect(int socket, String address, String path) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long at = scratch.reserveZeroed(ADDRESS_BYTES);
      scratch.putShort(at, AF_UNIX);
      scratch.put(at + 2, address.getBytes(StandardCharsets.US_ASCII));
      while ((int) call(CONNECT, socket, at, ADDRESS_BYTES) == -1) {
        int errno = Libc.errno();
        if (errno != Errno.EINTR.intValue()) {
          throw new ErrnoException("connect", path, errno);
        }
      }
    }
  }

  static int option(int fd, int option) throws ErrnoException {
    try (Scratch scratch = Scratch.take()) {
      long value = scratch.reserveZeroed(4);
      long length = scratch.reserve(4);
      scratch.putInt(length, 4);
      if ((int) call(GETSOCKOPT, fd, SOL_SOCKET, option, value, length) == -1) {
        throw new ErrnoException("getsockopt", "descriptor " + fd, Libc.errno());
      }
      return scratch.getInt(value);
    }
  }
}
