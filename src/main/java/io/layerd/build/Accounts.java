package io.layerd.build;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import io.layerd.sys.TreeCopy.Owner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Users and groups by the names that an image gives them. */
final class Accounts {
  private final Sys sys;
  private final Path root;
  private final boolean lenient;

  /**
   * @param lenient whether a name that nobody has stands for root, as with BuildKit
   */
  Accounts(Sys sys, Path root, boolean lenient) {
    this.sys = sys;
    this.root = root;
    this.lenient = lenient;
  }

  /**
   * {@code user[:group]}, each a name or a number; without a group, the group called as the user.
   *
   * @throws InvalidParameter if there is no such name
   */
  Owner owner(String text) throws ErrnoException {
    int colon = text.indexOf(':');
    String user = colon < 0 ? text : text.substring(0, colon);
    String group = colon < 0 ? text : text.substring(colon + 1);
    if (user.isEmpty() || group.isEmpty() || group.contains(":")) {
      throw unknown("invalid chown string format: " + text);
    }
    return new Owner(
        number(user, "etc/passwd", "uid for user ", "no such user: "),
        number(group, "etc/group", "gid for group ", "no such group: "));
  }

  private int number(String name, String file, String what, String missing) throws ErrnoException {
    if (name.matches("[0-9]{1,10}") && Long.parseLong(name) <= 0xffffffffL) {
      return (int) Long.parseLong(name);
    }
    String line = line(name, file);
    if (line == null && lenient) {
      return 0;
    }
    if (line == null) {
      throw unknown("can't find " + what + name + ": " + missing + name);
    }
    return (int) Long.parseLong(line.split(":")[2]);
  }

  private @Nullable String line(String name, String file) throws ErrnoException {
    TreePath path = TreePath.follow(sys, root, file);
    if (path.stat() == null || !path.stat().isRegular()) {
      return null;
    }
    try {
      Path host = Path.of(new String(path.host(), StandardCharsets.UTF_8));
      for (String line : Files.readString(host, StandardCharsets.ISO_8859_1).split("\n")) {
        if (line.startsWith(name + ":") && line.split(":").length > 2) {
          return line.split(":")[2].matches("[0-9]{1,10}") ? line : null;
        }
      }
    } catch (IOException e) {
      throw unknown("cannot read /" + file + ": " + e.getMessage());
    }
    return null;
  }

  private static InvalidParameter unknown(String why) {
    return new InvalidParameter("unable to convert uid/gid chown string to host mapping: " + why);
  }
}
