package io.layerd.fsck;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a check has found. While a daemon works on the same files, what is unfinished is no problem,
 * and neither is what has been deleted since it was looked at.
 */
final class Findings {
  private final boolean live;
  private final List<Problem> problems = new ArrayList<>();

  Findings(boolean live) {
    this.live = live;
  }

  /**
   * @param evidence what was looked at
   */
  void add(Problem problem, Path evidence) {
    if (!live || Files.exists(evidence, LinkOption.NOFOLLOW_LINKS)) {
      problems.add(problem);
    }
  }

  /** Something that a daemon that is up may be about to finish. */
  void leftover(Path path, String what) {
    if (!live) {
      problems.add(new Problem("leftover " + path, what, new Problem.Cure.Delete(path)));
    }
  }

  List<Problem> problems() {
    return List.copyOf(problems);
  }
}
