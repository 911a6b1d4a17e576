package io.layerd.runtime;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A container's own {@code /etc/passwd} and {@code /etc/group}. Its links are followed inside its
 * root only, and what is not a regular file counts as absent.
 */
final class UserFiles {
  /** Above this a file is cut: nobody has that many users, but an image may claim so. */
  private static final int MAX_BYTES = 16 << 20;

  private static final int CHUNK_BYTES = 32 << 10;

  private final String passwd;
  private final String group;

  UserFiles(String passwd, String group) {
    this.passwd = passwd;
    this.group = group;
  }

  /** Reads both files below a root; a missing one is empty. */
  static UserFiles read(Sys sys, Path root) {
    int rootFd;
    try {
      rootFd = sys.openat(Sys.AT_FDCWD, bytes(root.toString()), Sys.O_PATH | Sys.O_DIRECTORY, 0);
    } catch (ErrnoException e) {
      return new UserFiles("", "");
    }
    try {
      return new UserFiles(text(sys, rootFd, "etc/passwd"), text(sys, rootFd, "etc/group"));
    } finally {
      sys.close(rootFd);
    }
  }

  record User(String name, int uid, int gid) {}

  /** The first entry with this name or number. */
  @Nullable User findUser(String nameOrId) {
    for (String[] fields : entries(passwd)) {
      Integer uid = fields.length > 2 ? number(fields[2]) : null;
      if (uid == null) {
        continue;
      }
      if (fields[0].equals(nameOrId) || uid.toString().equals(nameOrId)) {
        Integer gid = fields.length > 3 ? number(fields[3]) : null;
        return new User(fields[0], uid, gid == null ? 0 : gid);
      }
    }
    return null;
  }

  /** The number of the first group with this name or number. */
  @Nullable Integer findGroup(String nameOrId) {
    for (String[] fields : entries(group)) {
      Integer gid = fields.length > 2 ? number(fields[2]) : null;
      if (gid != null && (fields[0].equals(nameOrId) || gid.toString().equals(nameOrId))) {
        return gid;
      }
    }
    return null;
  }

  /** The groups that list this user as a member. */
  List<Integer> groupsOf(String user) {
    List<Integer> result = new ArrayList<>();
    for (String[] fields : entries(group)) {
      Integer gid = fields.length > 3 ? number(fields[2]) : null;
      if (gid != null && List.of(fields[3].split(",", -1)).contains(user)) {
        result.add(gid);
      }
    }
    return result;
  }

  private static List<String[]> entries(String file) {
    List<String[]> result = new ArrayList<>();
    for (String line : file.split("\n", -1)) {
      String entry = line.strip();
      if (!entry.isEmpty() && !entry.startsWith("#")) {
        result.add(entry.split(":", -1));
      }
    }
    return result;
  }

  private static @Nullable Integer number(String text) {
    try {
      return Integer.valueOf(text.strip());
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String text(Sys sys, int rootFd, String path) {
    int fd = -1;
    try {
      // Not blocking, since an image may put a FIFO here.
      fd = sys.openat2(rootFd, bytes(path), Sys.O_RDONLY | Sys.O_NONBLOCK, 0, Sys.RESOLVE_IN_ROOT);
      if (!sys.fstat(fd).isRegular()) {
        return "";
      }
      StringBuilder text = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES);
      while (text.length() < MAX_BYTES && sys.read(fd, buffer.clear()) > 0) {
        // Latin-1 keeps every byte as it is, and ids and separators are ASCII.
        text.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
      }
      return new String(
          text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    } catch (ErrnoException e) {
      return "";
    } finally {
      if (fd >= 0) {
        sys.close(fd);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
