package io.layerd.runtime;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process of the host that is not our child: its number may be given to another, so the time it
 * started belongs to its name.
 *
 * @param startTicks clock ticks after boot; 0 if the process was gone already
 */
record ProcessId(int pid, long startTicks) {
  private static final int START_TIME_FIELD = 22;
  private static final int FIELDS_BEFORE_STATE = 3;

  /** The process that has this number now. */
  static ProcessId of(int pid) {
    return new ProcessId(pid, startTicks(pid));
  }

  /** Whether it still runs; a zombie does not. */
  boolean alive(Sys sys) {
    if (pid <= 0 || startTicks == 0) {
      return false;
    }
    try {
      sys.kill(pid, 0);
    } catch (ErrnoException e) {
      return false;
    }
    return startTicks(pid) == startTicks;
  }

  /** The words it was started with; empty if it is gone. */
  String commandLine() {
    try {
      byte[] words = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
      return new String(words, StandardCharsets.ISO_8859_1).replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  // proc(5): the name in parentheses may hold anything, so count from the last one.
  private static long startTicks(int pid) {
    try {
      String stat =
          new String(
              Files.readAllBytes(Path.of("/proc/" + pid + "/stat")), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      boolean ended = fields[0].equals("Z") || fields[0].equals("X");
      return ended ? 0 : Long.parseLong(fields[START_TIME_FIELD - FIELDS_BEFORE_STATE]);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }
}
