package io.layerd.runtime;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The mounts this process sees (/proc/self/mountinfo, proc(5)). */
final class HostMounts {
  private final List<Entry> entries;

  private HostMounts(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * @param tags optional fields such as {@code shared:7}, {@code master:3}
   * @param options of the file system itself; a v1 hierarchy lists its controllers there
   */
  record Entry(Path mountPoint, List<String> tags, String type, Set<String> options) {
    boolean shared() {
      return tags.stream().anyMatch(tag -> tag.startsWith("shared:"));
    }

    boolean slave() {
      return tags.stream().anyMatch(tag -> tag.startsWith("master:"));
    }
  }

  static HostMounts read() {
    try {
      // Latin-1: a mount point may hold any bytes, and only ASCII ones matter here.
      return parse(
          Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new SystemFailure("cannot read /proc/self/mountinfo: " + e.getMessage(), e);
    }
  }

  static HostMounts parse(List<String> lines) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash >= 6 && fields.length >= dash + 4) {
        entries.add(
            new Entry(
                Path.of(unescape(fields[4])),
                List.of(fields).subList(6, dash),
                fields[dash + 1],
                new HashSet<>(List.of(fields[dash + 3].split(",", -1)))));
      }
    }
    return new HostMounts(entries);
  }

  List<Entry> entries() {
    return entries;
  }

  void requireShared(String path) {
    Entry entry = holding(path);
    if (!entry.shared()) {
      throw new SystemFailure(
          "path "
              + path
              + " is mounted on "
              + entry.mountPoint()
              + " but it is not a shared mount");
    }
  }

  void requireSharedOrSlave(String path) {
    Entry entry = holding(path);
    if (!entry.shared() && !entry.slave()) {
      throw new SystemFailure(
          "path "
              + path
              + " is mounted on "
              + entry.mountPoint()
              + " but it is not a shared or slave mount");
    }
  }

  // The last of the longest: later mounts cover earlier ones.
  private Entry holding(String path) {
    Path real;
    try {
      real = Path.of(path).toRealPath();
    } catch (IOException e) {
      real = Path.of(path).normalize();
    }
    Entry best = null;
    for (Entry entry : entries) {
      if (real.startsWith(entry.mountPoint())
          && (best == null
              || entry.mountPoint().getNameCount() >= best.mountPoint().getNameCount())) {
        best = entry;
      }
    }
    if (best == null) {
      throw new SystemFailure("could not find the mount that holds " + path);
    }
    return best;
  }

  // The kernel writes blank, tab, newline and backslash as three octal digits.
  private static String unescape(String text) {
    return text.replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\");
  }
}
