package io.layerd.archive;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Directories below a root, opened by name as if the root were {@code /}: no symbolic link and no
 * {@code ..} leads out (openat2(2), RESOLVE_IN_ROOT). The directories used last stay open.
 *
 * <p>A descriptor stays valid until the next call of this object. Not thread-safe.
 */
final class RootDirectory implements AutoCloseable {
  private static final int OPEN = 64;
  private static final int MAX_LINKS = 40;
  private static final int MAX_RETRIES = 128;
  private static final int DIRECTORY = Sys.O_RDONLY | Sys.O_DIRECTORY;

  private final Sys sys;
  private final int root;
  private final LinkedHashMap<Key, Integer> open = new LinkedHashMap<>(2 * OPEN, 0.75f, true);
  private byte @Nullable [] last;
  private int lastFd = -1;

  /** A name as a key; the array is never changed. */
  @SuppressWarnings("ArrayRecordComponent") // names are bytes
  private record Key(byte[] name) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(name, key.name);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(name);
    }
  }

  RootDirectory(Sys sys, Path path) throws ErrnoException {
    this.sys = sys;
    root = sys.openat(Sys.AT_FDCWD, TarNames.bytes(path.toString()), DIRECTORY, 0);
  }

  /** An open directory, closed with this. */
  RootDirectory(Sys sys, int directory) {
    this.sys = sys;
    root = directory;
  }

  int root() {
    return root;
  }

  /** The directory that holds a clean name. */
  int parentOf(byte[] name) throws ErrnoException {
    int length = Math.max(0, TarNames.lastSlash(name, name.length));
    if (isLast(name, length)) {
      return lastFd;
    }
    return find(Arrays.copyOf(name, length));
  }

  /** The directory that holds a clean name; missing ones are made, 0755. */
  int makeParentOf(byte[] name) throws ErrnoException {
    int length = Math.max(0, TarNames.lastSlash(name, name.length));
    if (isLast(name, length)) {
      return lastFd;
    }
    return make(Arrays.copyOf(name, length));
  }

  private boolean isLast(byte[] name, int length) {
    return last != null && Arrays.equals(last, 0, last.length, name, 0, length);
  }

  int find(byte[] directory) throws ErrnoException {
    if (directory.length == 0) {
      return root;
    }
    Integer known = open.get(new Key(directory));
    if (known != null) {
      last = directory;
      lastFd = known;
      return known;
    }
    int fd = resolve(directory, DIRECTORY);
    put(directory, fd);
    return fd;
  }

  int make(byte[] directory) throws ErrnoException {
    try {
      return find(directory);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
    makeMissing(directory, MAX_LINKS);
    return find(directory);
  }

  /** Makes what is missing on the way, behind dangling symbolic links too, as dockerd does. */
  private void makeMissing(byte[] path, int linksLeft) throws ErrnoException {
    int from = 0;
    while (from < path.length) {
      int slash = PaxRecords.indexOf(path, (byte) '/', from, path.length);
      int end = slash < 0 ? path.length : slash;
      if (end > from) {
        byte[] upTo = Arrays.copyOf(path, end);
        byte[] component = Arrays.copyOfRange(path, from, end);
        byte[] before = Arrays.copyOf(path, from);
        if (!exists(upTo) && !makeOne(before, component)) {
          byte[] target = readLink(before, component);
          byte[] start = target.length > 0 && target[0] == '/' ? TarNames.EMPTY : before;
          byte[] redirected = TarNames.join(start, target);
          if (linksLeft == 0) {
            throw new ErrnoException("openat", TarNames.text(path), Errno.ELOOP);
          }
          makeMissing(redirected, linksLeft - 1);
        }
      }
      from = end + 1;
    }
  }

  private boolean exists(byte[] directory) throws ErrnoException {
    try {
      sys.close(resolve(directory, DIRECTORY));
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private boolean makeOne(byte[] parent, byte[] name) throws ErrnoException {
    int fd = resolve(parent, DIRECTORY);
    try {
      sys.mkdirat(fd, name, 0755);
      int made = sys.openat(fd, name, DIRECTORY | Sys.O_NOFOLLOW, 0);
      try {
        sys.fchmod(made, 0755);
      } finally {
        sys.close(made);
      }
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EEXIST) {
        return false;
      }
      throw e;
    } finally {
      sys.close(fd);
    }
  }

  private byte[] readLink(byte[] parent, byte[] name) throws ErrnoException {
    int fd = resolve(parent, DIRECTORY);
    try {
      return sys.readlinkat(fd, name);
    } finally {
      sys.close(fd);
    }
  }

  /** Opens a name inside the root; the caller closes it. */
  int resolve(byte[] path, int flags) throws ErrnoException {
    byte[] name = path.length == 0 ? new byte[] {'.'} : path;
    for (int i = 1; ; i++) {
      try {
        return sys.openat2(root, name, flags, 0, Sys.RESOLVE_IN_ROOT);
      } catch (ErrnoException e) {
        // a rename anywhere on the machine while ".." is walked
        if (e.errno() != Errno.EAGAIN || i == MAX_RETRIES) {
          throw e;
        }
      }
    }
  }

  /** Keeps an open directory under its name, and closes it later. */
  void put(byte[] directory, int fd) {
    Integer old = open.put(new Key(directory), fd);
    if (old != null) {
      sys.close(old);
    }
    if (open.size() > OPEN) {
      var eldest = open.entrySet().iterator();
      sys.close(eldest.next().getValue());
      eldest.remove();
    }
    last = directory;
    lastFd = fd;
  }

  /** Closes all: what a name leads to may have changed. */
  void forget() {
    for (Map.Entry<Key, Integer> entry : open.entrySet()) {
      sys.close(entry.getValue());
    }
    open.clear();
    last = null;
    lastFd = -1;
  }

  @Override
  public void close() {
    forget();
    sys.close(root);
  }
}
