package io.layerd.spec;

import io.layerd.error.InvalidParameter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** Signal names and numbers of Linux. */
public final class Signals {
  public static final int KILL = 9;
  public static final int TERM = 15;
  private static final int RTMIN = 34;
  private static final int RTMAX = 64;
  private static final Map<String, Integer> NUMBERS = new HashMap<>();

  static {
    String[] names = {
      "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
      "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
      "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS"
    };
    for (int i = 0; i < names.length; i++) {
      NUMBERS.put(names[i], i + 1);
    }
    NUMBERS.put("IOT", 6);
    NUMBERS.put("CLD", 17);
    NUMBERS.put("POLL", 29);
    NUMBERS.put("UNUSED", 31);
    for (int i = RTMIN; i <= RTMAX; i++) {
      if (i <= RTMIN + 15) {
        NUMBERS.put(i == RTMIN ? "RTMIN" : "RTMIN+" + (i - RTMIN), i);
      }
      if (i >= RTMAX - 14) {
        NUMBERS.put(i == RTMAX ? "RTMAX" : "RTMAX-" + (RTMAX - i), i);
      }
    }
  }

  private Signals() {}

  /**
   * From a number or a name with or without SIG.
   *
   * @throws InvalidParameter {@code invalid signal: X}
   */
  public static int parse(String text) {
    OptionalInt number = find(text);
    if (number.isEmpty()) {
      throw new InvalidParameter("invalid signal: " + text);
    }
    return number.getAsInt();
  }

  /** Whether a text is the name of a signal, or any number but zero. */
  public static boolean known(String text) {
    if (text.matches("[-+]?[0-9]{1,18}")) {
      return Long.parseLong(text) != 0;
    }
    return NUMBERS.containsKey(named(text));
  }

  private static String named(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    return name.startsWith("SIG") ? name.substring(3) : name;
  }

  private static OptionalInt find(String text) {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      if (text.length() > 9 || Integer.parseInt(text) == 0) {
        return OptionalInt.empty();
      }
      int number = Integer.parseInt(text);
      if (number > RTMAX) {
        throw new InvalidParameter("the linux daemon does not support signal " + number);
      }
      return OptionalInt.of(number);
    }
    Integer number = NUMBERS.get(named(text));
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }
}
