package io.layerd.daemon.doctor;

/**
 * What a check found.
 *
 * @param check what was looked at, one word or two
 * @param detail what is there
 * @param cure how to put it right; empty where nothing need be
 */
public record Finding(String check, Level level, String detail, String cure) {
  /** From all is well to layerd cannot run. */
  public enum Level {
    OK,
    WARNING,
    FAILURE;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, Level.OK, detail, "");
  }

  /** layerd runs, but something it could do will not work. */
  static Finding warning(String check, String detail, String cure) {
    return new Finding(check, Level.WARNING, detail, cure);
  }

  /** layerd does not start, or no container does. */
  static Finding failure(String check, String detail, String cure) {
    return new Finding(check, Level.FAILURE, detail, cure);
  }
}
