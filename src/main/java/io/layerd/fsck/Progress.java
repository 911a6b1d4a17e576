package io.layerd.fsck;

/** Hears how far a check has come. */
@FunctionalInterface
public interface Progress {
  /** Says nothing. */
  Progress NONE = (_, _, _) -> {};

  /**
   * Called often.
   *
   * @param step what is looked at
   * @param done of {@code total}
   */
  void at(String step, long done, long total);
}
