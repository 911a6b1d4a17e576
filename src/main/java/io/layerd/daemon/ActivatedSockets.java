package io.layerd.daemon;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that systemd, or whoever speaks its protocol, hands to the daemon: {@code LISTEN_FDS}
 * descriptors from 3 on, for the process {@code LISTEN_PID}, named by {@code LISTEN_FDNAMES}
 * (sd_listen_fds(3)). Each is taken once.
 */
final class ActivatedSockets {
  private static final int FIRST = 3;
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_STREAM = 1;

  private final Sys sys;
  private final int count;
  private final List<Entry> left = new ArrayList<>();

  private record Entry(int fd, String name) {}

  private ActivatedSockets(Sys sys, List<String> names) {
    this.sys = sys;
    count = names.size();
    for (int i = 0; i < count; i++) {
      left.add(new Entry(FIRST + i, names.get(i)));
    }
  }

  /** Those that the environment gives to this process; none if it names another one. */
  static ActivatedSockets of(Sys sys, Map<String, String> environment) {
    boolean ours = number(environment.get("LISTEN_PID")) == sys.getpid();
    int count = ours ? Math.max(0, number(environment.get("LISTEN_FDS"))) : 0;
    String[] given = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(i < given.length ? given[i] : "");
    }
    return new ActivatedSockets(sys, names);
  }

  private static int number(@Nullable String text) {
    try {
      return text == null ? -1 : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * Takes the sockets of an {@code fd://} address.
   *
   * @param selector empty or an asterisk for all that are left, a descriptor's number, or the name
   *     that the socket unit gives by {@code FileDescriptorName}
   * @throws StartupFailure in dockerd's words if there is none, or it is no socket to listen on
   */
  List<ActivatedSocket> take(String selector) {
    if (left.isEmpty()) {
      throw failure(
          "no sockets found via socket activation: make sure the service was started by systemd");
    }
    List<Entry> chosen = choose(selector);
    left.removeAll(chosen);
    return chosen.stream().map(this::checked).toList();
  }

  private List<Entry> choose(String selector) {
    if (selector.isEmpty() || selector.equals("*")) {
      return List.copyOf(left);
    }
    List<Entry> named = left.stream().filter(entry -> entry.name().equals(selector)).toList();
    if (!named.isEmpty()) {
      return named;
    }
    int fd = number(selector);
    if (fd < 0) {
      throw failure("failed to parse systemd fd address: should be a number: " + selector);
    }
    if (fd >= FIRST + count) {
      throw failure("too few socket activated files passed in by systemd");
    }
    return left.stream()
        .filter(entry -> entry.fd() == fd)
        .findFirst()
        .map(List::of)
        .orElseThrow(() -> unusable(fd, null));
  }

  private ActivatedSocket checked(Entry entry) {
    int fd = entry.fd();
    try {
      int family = sys.socketOption(fd, Sys.SO_DOMAIN);
      boolean known = family == AF_UNIX || family == AF_INET || family == AF_INET6;
      if (!known
          || sys.socketOption(fd, Sys.SO_TYPE) != SOCK_STREAM
          || sys.socketOption(fd, Sys.SO_ACCEPTCONN) == 0) {
        throw unusable(fd, null);
      }
      // an accept that finds the queue empty would stop the event loop
      sys.setNonBlocking(fd);
      return new ActivatedSocket(fd, family == AF_UNIX);
    } catch (ErrnoException e) {
      throw unusable(fd, e);
    }
  }

  private static StartupFailure unusable(int fd, @Nullable Throwable cause) {
    return new StartupFailure(
        "failed to load listeners: failed to listen on systemd activated file: fd " + fd, cause);
  }

  private static StartupFailure failure(String reason) {
    return new StartupFailure("failed to load listeners: " + reason);
  }
}
