package io.layerd.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.ProgramPages.Region;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramPagesTest {
  private static List<String> region(String head, int resident, int anonymous, int swap) {
    return List.of(
        head,
        "Size:               1000 kB",
        "Rss:                " + resident + " kB",
        "Anonymous:          " + anonymous + " kB",
        "Swap:               " + swap + " kB",
        "VmFlags: rd ex mr mw me sd");
  }

  private static List<Region> regions(List<String> smaps) {
    return ProgramPages.regions(smaps, "/usr/bin/layerd");
  }

  @Test
  void takesWhatIsReadOrRun() {
    String code = "00410000-01d6e000 r-xp 00010000 fe:00 17121      /usr/bin/layerd";
    String constants = "7fcaf4580000-7fcaf5380000 r--p 019a0000 fe:00 17121 /usr/bin/layerd";
    assertThat(regions(region(code, 16, 0, 0)))
        .containsExactly(new Region(0x410000, 0x1d6e000, 16 * 1024));
    assertThat(regions(region(constants, 4, 0, 0)))
        .containsExactly(new Region(0x7fcaf4580000L, 0x7fcaf5380000L, 4 * 1024));
  }

  /** What was changed is in memory only. */
  @Test
  void leavesWhatCannotBeReadAgain() {
    String relocated = "01ef0000-01f00000 r--p 01ae0000 fe:00 17121 /usr/bin/layerd";
    assertThat(regions(region(relocated, 16, 4, 0))).isEmpty();
    assertThat(regions(region(relocated, 0, 0, 16))).isEmpty();
    assertThat(regions(region(relocated.replace("r--p", "rw-p"), 16, 0, 0))).isEmpty();
    assertThat(regions(region(relocated.replace("r--p", "r--s"), 16, 0, 0))).isEmpty();
  }

  @Test
  void leavesWhatIsNotTheProgram() {
    assertThat(regions(region("7f00-7f10 r-xp 00010000 fe:00 17121 /usr/lib/libc.so.6", 16, 0, 0)))
        .isEmpty();
    assertThat(regions(region("7f00-7f10 r-xp 00000000 00:00 0", 16, 0, 0))).isEmpty();
    assertThat(regions(region("7f00-7f10 r-xp 00000000 00:00 0  [vdso]", 16, 0, 0))).isEmpty();
  }

  /** This JVM goes on running without the pages of its own file. */
  @Test
  void aProgramRunsOn() throws Exception {
    assertThat(ProgramPages.release()).isPositive();
    assertThat(Files.readAllLines(Path.of("/proc/self/smaps"))).isNotEmpty();
  }
}
