package io.layerd.daemon;

import io.layerd.sys.IdMappings;
import io.layerd.sys.IdMappings.Range;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Who may use which ids, in {@code /etc/subuid} and {@code /etc/subgid} (subuid(5)). */
record SubordinateIds(Path uids, Path gids) {
  private static final long FIRST = 100_000;

  /** As many as a container usually needs. */
  static final long USUAL = 65_536;

  private record Entry(String owner, long first, long count) {}

  static SubordinateIds host() {
    return new SubordinateIds(Path.of("/etc/subuid"), Path.of("/etc/subgid"));
  }

  /**
   * All ranges of a user, in the order they stand in: the first id of the first is root's.
   *
   * @throws StartupFailure if there are none
   */
  IdMappings mappings(UsernsRemap.Accounts.User user) {
    return new IdMappings(ranges(uids, user, "subuid"), ranges(gids, user, "subgid"));
  }

  private static List<Range> ranges(Path file, UsernsRemap.Accounts.User user, String kind) {
    List<Range> ranges = new ArrayList<>();
    long inside = 0;
    for (Entry entry : read(file)) {
      if (entry.owner().equals(user.name()) || entry.owner().equals(user.uid())) {
        ranges.add(new Range(inside, entry.first(), entry.count()));
        inside += entry.count();
      }
    }
    if (ranges.isEmpty()) {
      throw new StartupFailure(
          "Can't create ID mappings: no "
              + kind
              + " ranges found for user \""
              + user.name()
              + "\"");
    }
    return ranges;
  }

  /** Whether a user has a range in a file. */
  static boolean has(Path file, String owner) {
    return read(file).stream().anyMatch(entry -> entry.owner().equals(owner));
  }

  /** The first id of so many that nobody has. */
  static long free(Path file) {
    long first = FIRST;
    List<Entry> entries = new ArrayList<>(read(file));
    entries.sort(Comparator.comparingLong(Entry::first));
    for (Entry entry : entries) {
      if (entry.first() < first + USUAL && first < entry.first() + entry.count()) {
        first = entry.first() + entry.count();
      }
    }
    return first;
  }

  private static List<Entry> read(Path file) {
    List<Entry> entries = new ArrayList<>();
    if (!Files.exists(file)) {
      return entries;
    }
    try {
      for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
        String[] columns = line.strip().split(":", -1);
        if (columns.length == 3
            && columns[1].matches("[0-9]{1,10}")
            && columns[2].matches("[0-9]{1,10}")) {
          entries.add(
              new Entry(columns[0], Long.parseLong(columns[1]), Long.parseLong(columns[2])));
        }
      }
      return entries;
    } catch (IOException e) {
      throw new StartupFailure("Can't create ID mappings: cannot read " + file, e);
    }
  }
}
