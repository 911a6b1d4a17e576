package io.layerd.api;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import org.jspecify.annotations.Nullable;

/** Query parameters as dockerd reads them. */
public final class Params {
  private Params() {}

  /** True for anything but an empty text, 0, no, false and none. */
  public static boolean bool(@Nullable String text) {
    if (text == null) {
      return false;
    }
    return switch (text.trim().toLowerCase(java.util.Locale.ROOT)) {
      case "", "0", "no", "false", "none" -> false;
      default -> true;
    };
  }

  /** {@link #bool}, with a value for absence. */
  public static boolean bool(@Nullable String text, boolean absent) {
    return text == null ? absent : bool(text);
  }

  /**
   * A whole number; null if absent or empty.
   *
   * @throws SystemFailure in Go's words, 500 as dockerd answers
   */
  public static @Nullable Integer number(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new SystemFailure("strconv.Atoi: parsing \"" + text + "\": " + fault(text), e);
    }
  }

  /**
   * A terminal's height or width.
   *
   * @throws InvalidParameter {@code invalid resize height "x": invalid syntax}
   */
  static int dimension(@Nullable String text, String what) {
    String value = text == null ? "" : text;
    try {
      long number = Long.parseLong(value);
      if (number < 0 || number > 0xffff_ffffL) {
        throw new NumberFormatException(value);
      }
      return (int) Math.min(number, 65535);
    } catch (NumberFormatException e) {
      throw new InvalidParameter(
          "invalid resize " + what + " \"" + value + "\": " + fault(value), e);
    }
  }

  private static String fault(String text) {
    return text.matches("[+-]?[0-9]+") ? "value out of range" : "invalid syntax";
  }
}
