package io.layerd.daemon;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.IdMappings;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code userns-remap}: whose subordinate ids stand for those of containers, and the data root that
 * is theirs, {@code <data-root>/<uid>.<gid>}.
 */
final class UsernsRemap {
  private static final String DEFAULT = "default";
  private static final int PASS_OTHERS = 0001;
  private static final int PASS_GROUP = 0010;
  private static final int PASS_OWNER = 0100;

  private final Accounts accounts;

  UsernsRemap(Accounts accounts) {
    this.accounts = accounts;
  }

  /**
   * The configuration with mappings and their data root, which is made; the same if none are asked
   * for.
   *
   * @throws StartupFailure in dockerd's words
   */
  static DaemonConfig apply(DaemonConfig config) {
    String asked = config.engine().usernsRemap();
    if (asked.isEmpty()) {
      return config;
    }
    SubordinateIds subordinate = SubordinateIds.host();
    UsernsRemap remap = new UsernsRemap(Accounts.host(subordinate));
    IdMappings ids = mappings(remap.user(asked), subordinate);
    if (ids.isNone()) {
      System.err.println(
          "User namespaces: root cannot be remapped with itself; user namespaces are OFF");
    }
    return config.remapped(root(Sys.host(), config.dataRoot(), ids), ids);
  }

  private static IdMappings mappings(Accounts.User user, SubordinateIds subordinate) {
    return user.name().equals("root") ? IdMappings.NONE : subordinate.mappings(user);
  }

  /**
   * The same where nothing may be made, to look at a data root.
   *
   * @throws StartupFailure also for a data root of mappings that nobody named
   */
  static DaemonConfig look(DaemonConfig config) {
    String asked = config.engine().usernsRemap();
    if (!asked.isEmpty()) {
      SubordinateIds subordinate = SubordinateIds.host();
      UsernsRemap remap = new UsernsRemap(Accounts.host(subordinate));
      String user = asked.equals(DEFAULT) ? Accounts.USUAL : asked;
      IdMappings ids = mappings(remap.user(user), subordinate);
      return config.remapped(config.dataRoot().resolve(name(ids)), ids);
    }
    String name = String.valueOf(config.dataRoot().getFileName());
    if (name.matches("[0-9]+\\.[0-9]+") && !name.equals("0.0")) {
      throw new StartupFailure(
          config.dataRoot()
              + " belongs to user namespaces: give --userns-remap as the daemon has it, and "
              + config.dataRoot().getParent()
              + " as --data-root");
    }
    return config;
  }

  private static String name(IdMappings ids) {
    return Integer.toUnsignedString(ids.rootUid()) + "." + Integer.toUnsignedString(ids.rootGid());
  }

  /**
   * Who is meant by {@code user}, {@code user:group} and numbers of them.
   *
   * @throws StartupFailure if there is no such user or group
   */
  Accounts.User user(String asked) {
    String[] parts = asked.split(":", -1);
    if (parts.length > 2) {
      throw new StartupFailure(
          "Invalid user/group specification in --userns-remap: \"" + asked + "\"");
    }
    String first = parts[0];
    Accounts.User user;
    boolean number = first.matches("[+-]?[0-9]+");
    if (number) {
      user = accounts.user(first);
      if (user == null) {
        throw new StartupFailure(
            "Uid " + first + " has no entry in /etc/passwd: " + missing(first, "passwd"));
      }
    } else {
      user = first.equals(DEFAULT) ? accounts.usual() : accounts.user(first);
      if (user == null) {
        throw new StartupFailure(
            "Error during uid lookup for \"" + first + "\": " + missing(first, "passwd"));
      }
    }
    if (parts.length == 2) {
      group(parts[1], "Error during groupname lookup for \"");
    } else if (number) {
      group(first, "");
    } else {
      group(user.name(), "Error during gid lookup for \"");
    }
    return user;
  }

  private void group(String name, String words) {
    if (accounts.hasGroup(name)) {
      return;
    }
    throw new StartupFailure(
        name.matches("[+-]?[0-9]+")
            ? "Gid " + name + " has no entry in /etc/passwd: " + missing(name, "group")
            : words + name + "\": " + missing(name, "group"));
  }

  private static String missing(String name, String database) {
    return "getent unable to find entry \"" + name + "\" in " + database + " database";
  }

  /** Makes the data root of these ids; root of containers can pass both directories. */
  static Path root(Sys sys, Path above, IdMappings ids) {
    Path root = above.resolve(name(ids));
    try {
      Files.createDirectories(above);
      if (!Files.isDirectory(root)) {
        Files.createDirectory(root);
      }
      for (Path directory : List.of(above, root)) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
        sys.lchownat(Sys.AT_FDCWD, bytes(directory), 0, ids.rootGid());
      }
      for (Path at = root; at != null; at = at.getParent()) {
        if (!passes(sys.lstatat(Sys.AT_FDCWD, bytes(at.toRealPath())), ids)) {
          throw new StartupFailure(
              "a subdirectory in your graphroot path ("
                  + root
                  + ") restricts access to the remapped root uid/gid; please fix by allowing 'o+x'"
                  + " permissions on existing directories");
        }
      }
      return root;
    } catch (IOException e) {
      throw new StartupFailure(
          "cannot make data root "
              + root
              + ": "
              + (e instanceof ErrnoException ? e.getMessage() : Reason.of(e)),
          e);
    }
  }

  private static boolean passes(Stat stat, IdMappings ids) {
    int mode = stat.permissions();
    return ids.isNone()
        || (mode & PASS_OTHERS) != 0
        || ((mode & PASS_GROUP) != 0 && stat.gid() == ids.rootGid())
        || ((mode & PASS_OWNER) != 0 && stat.uid() == ids.rootUid());
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** What the host knows of users and groups. */
  interface Accounts {
    /** Who is meant by {@code default}. */
    String USUAL = "dockremap";

    /** A name and its number. */
    record User(String name, String uid) {}

    /** By name or number; null if there is none. */
    @Nullable User user(String nameOrUid);

    /** By name or number. */
    boolean hasGroup(String nameOrGid);

    /** {@code dockremap} with ids of its own, made if need be. */
    User usual();

    /** Those of this host. */
    static Accounts host(SubordinateIds subordinate) {
      return new HostAccounts(Path.of("/etc/passwd"), Path.of("/etc/group"), subordinate);
    }
  }
}
