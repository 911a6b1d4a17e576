package io.layerd.logs;

/** Numbers and switches as Go's strconv reads them, with its messages. */
final class GoNumber {
  private GoNumber() {}

  static int atoi(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "strconv.Atoi: parsing \"" + text + "\": invalid syntax", e);
    }
  }

  static boolean bool(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new IllegalArgumentException(
              "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    };
  }
}
