package io.layerd.security;

import io.layerd.sys.DirEntry;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Sets the label of a tree of files, links not followed. */
final class Relabel {
  private static final byte[] ATTRIBUTE = "security.selinux".getBytes(StandardCharsets.US_ASCII);

  /** Places that the host would not survive; their children may be asked for. */
  private static final Set<String> NEVER =
      Set.of(
          "/",
          "/bin",
          "/boot",
          "/dev",
          "/etc",
          "/etc/passwd",
          "/etc/pki",
          "/etc/shadow",
          "/home",
          "/lib",
          "/lib64",
          "/media",
          "/opt",
          "/proc",
          "/root",
          "/run",
          "/sbin",
          "/srv",
          "/sys",
          "/tmp",
          "/usr",
          "/var",
          "/var/lib",
          "/var/log");

  private final Sys sys;

  Relabel(Sys sys) {
    this.sys = sys;
  }

  /**
   * A file system that has no labels is left alone.
   *
   * @throws IOException {@code SELinux relabeling of /usr is not allowed}
   */
  void all(Path path, String label) throws IOException {
    if (never(System.getenv()).contains(path.toString())) {
      throw new IOException("SELinux relabeling of " + path + " is not allowed");
    }
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    byte[] value = label.getBytes(StandardCharsets.UTF_8);
    try {
      // One that has the label already most likely has it all through: then only what differs is
      // set.
      label(name, value, has(name, value));
    } catch (ErrnoException e) {
      if (!e.is(ErrnoException.EOPNOTSUPP)) {
        throw e;
      }
    }
  }

  static Set<String> never(Map<String, String> environment) {
    Set<String> never = new HashSet<>(NEVER);
    String home = environment.getOrDefault("HOME", "");
    if (!home.isEmpty()) {
      never.add(home);
    }
    return never;
  }

  private void label(byte[] path, byte[] value, boolean compare) throws ErrnoException {
    Stat stat = sys.findat(Sys.AT_FDCWD, path);
    if (stat == null) {
      return;
    }
    try {
      if (!compare || !has(path, value)) {
        sys.lsetxattr(path, ATTRIBUTE, value);
      }
      if (stat.isDirectory()) {
        children(path, value, compare);
      }
    } catch (ErrnoException e) {
      // What goes away meanwhile needs no label.
      if (!e.is(ErrnoException.ENOENT)) {
        throw e;
      }
    }
  }

  // By the open directory: nobody can swap a directory for a link on the way.
  private void children(byte[] path, byte[] value, boolean compare) throws ErrnoException {
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY | Sys.O_DIRECTORY | Sys.O_NOFOLLOW, 0);
    try {
      byte[] open = ("/proc/self/fd/" + fd + "/").getBytes(StandardCharsets.US_ASCII);
      for (DirEntry entry : sys.readDirectory(fd)) {
        byte[] child = Arrays.copyOf(open, open.length + entry.name().length);
        System.arraycopy(entry.name(), 0, child, open.length, entry.name().length);
        label(child, value, compare);
      }
    } finally {
      sys.close(fd);
    }
  }

  private boolean has(byte[] path, byte[] value) {
    try {
      byte[] now = sys.lgetxattr(path, ATTRIBUTE);
      // The kernel counts the zero at the end.
      boolean zero = now.length > 0 && now[now.length - 1] == 0;
      return Arrays.equals(zero ? Arrays.copyOf(now, now.length - 1) : now, value);
    } catch (ErrnoException e) {
      return false;
    }
  }
}
