package io.layerd.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of this program's own file that are mapped to be read or run. Their pages count as
 * resident once they were touched, though the kernel can read them again at any time.
 */
public final class ProgramPages {
  private static final long MADVISE = Libc.function("madvise");
  private static final int MADV_DONTNEED = 4;

  private ProgramPages() {}

  /**
   * Gives back what is mapped and unchanged; it comes back page by page when it is used, mostly
   * from the page cache.
   *
   * @return bytes that were resident and no longer are
   * @throws IOException if {@code /proc} cannot be read
   */
  public static long release() throws IOException {
    String program = Path.of("/proc/self/exe").toRealPath().toString();
    long released = 0;
    for (Region region : regions(Files.readAllLines(Path.of("/proc/self/smaps")), program)) {
      long length = region.end() - region.start();
      if ((int) Libc.call(MADVISE, region.start(), length, MADV_DONTNEED) == 0) {
        released += region.residentBytes();
      }
    }
    return released;
  }

  /** A mapping, as smaps describes it. */
  record Region(long start, long end, long residentBytes) {}

  /** Mappings of a program that cannot be written to and of which nothing was changed. proc(5). */
  static List<Region> regions(List<String> smaps, String program) {
    List<Region> regions = new ArrayList<>();
    String head = "";
    long resident = 0;
    for (String line : smaps) {
      if (isHead(line)) {
        head = line;
      } else if (line.startsWith("Rss:")) {
        resident = bytes(line);
      } else if (line.startsWith("Anonymous:") && bytes(line) != 0) {
        head = ""; // changed since it was mapped, by relocations for example: it is nowhere else
      } else if (line.startsWith("Swap:") && bytes(line) == 0 && isReadOnly(head, program)) {
        String[] range = head.substring(0, head.indexOf(' ')).split("-");
        regions.add(
            new Region(
                Long.parseUnsignedLong(range[0], 16),
                Long.parseUnsignedLong(range[1], 16),
                resident));
        head = "";
      }
    }
    return regions;
  }

  private static boolean isHead(String line) {
    int space = line.indexOf(' ');
    return space > 0 && line.charAt(space - 1) != ':';
  }

  private static boolean isReadOnly(String head, String program) {
    int space = head.indexOf(' ');
    return space > 0
        && head.startsWith("r-", space + 1)
        && head.charAt(space + 4) == 'p'
        && head.endsWith(" " + program);
  }

  private static long bytes(String line) {
    String[] words = line.trim().split(" +");
    return Long.parseLong(words[1]) * 1024;
  }
}
