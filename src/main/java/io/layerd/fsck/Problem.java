package io.layerd.fsck;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something that is not as it should be.
 *
 * @param subject what it is about, such as {@code layer sha256:...}
 * @param text what is wrong with it
 * @param cure what would put it right
 */
public record Problem(String subject, String text, Cure cure) {
  /** What a repair does about a problem. */
  public sealed interface Cure {
    /** Nothing: a human has to look, or a pull to be made. */
    record None(String advice) implements Cure {}

    /** Deletes something that nothing refers to; the next start would, too. */
    record Delete(Path path) implements Cure {}

    /** Makes a symbolic link. */
    record Link(Path path, String target) implements Cure {}

    /** Writes a small file anew. */
    record Write(Path path, String content, int mode) implements Cure {}

    /**
     * Takes something out of the way that cannot be used, without deleting it.
     *
     * @param files of a layer: where the driver keeps what is in it, which goes first, since the
     *     next start deletes what no entry names
     */
    record Quarantine(Path path, @Nullable Path files) implements Cure {
      Quarantine(Path path) {
        this(path, null);
      }
    }

    /** Takes a name from {@code repositories.json}. */
    record Untag(Path file, String name) implements Cure {}
  }

  static Problem of(String subject, String text, String advice) {
    return new Problem(subject, text, new Cure.None(advice));
  }

  @Override
  public String toString() {
    return subject + ": " + text;
  }
}
