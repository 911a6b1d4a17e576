package io.layerd.build;

import io.layerd.error.InvalidParameter;
import io.layerd.sys.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code --chmod} says: a number, or with BuildKit changes as chmod(1) takes them. */
final class FileMode {
  private static final Pattern CLAUSE = Pattern.compile("([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)");
  private static final Pattern CHANGE = Pattern.compile("([-+=])([rwxXst]+|[ugo]|)");
  private static final int ALL = 0777;

  private FileMode() {}

  /** One change: of these bits, made to those. */
  private record Change(int who, char operator, String what) {
    int apply(int mode) {
      int bits = bits(mode);
      int kept = mode & 07777;
      return switch (operator) {
        case '+' -> kept | bits;
        case '-' -> kept & ~bits;
        default -> (kept & ~mask()) | bits;
      };
    }

    /** Everything that those who are meant may have. */
    private int mask() {
      int mask = who & ALL;
      mask |= (who & 0700) == 0 ? 0 : 04000;
      mask |= (who & 0070) == 0 ? 0 : 02000;
      return who == ALL ? mask | 01000 : mask;
    }

    private int bits(int mode) {
      int bits = 0;
      for (char c : what.toCharArray()) {
        bits |=
            switch (c) {
              case 'r' -> 0444 & who;
              case 'w' -> 0222 & who;
              case 'x' -> 0111 & who;
              case 'X' ->
                  (mode & 0111) != 0 || (mode & Stat.S_IFMT) == Stat.S_IFDIR ? 0111 & who : 0;
              case 's' -> mask() & 06000;
              case 't' -> 01000;
              case 'u' -> ((mode >> 6) & 7) * 0111 & who;
              case 'g' -> ((mode >> 3) & 7) * 0111 & who;
              default -> (mode & 7) * 0111 & who;
            };
      }
      return bits;
    }
  }

  /** Whether a text is a number, which goes for the directories too that have to be made. */
  static boolean isNumber(String text) {
    return text.matches("[0-7]{1,4}");
  }

  /**
   * @param symbolic whether changes are understood
   * @return makes a file's type and permissions its new permissions; null for an empty text
   */
  static @Nullable IntUnaryOperator parse(String text, boolean symbolic) {
    if (text.isEmpty()) {
      return null;
    }
    if (isNumber(text)) {
      int mode = Integer.parseInt(text, 8);
      return _ -> mode;
    }
    if (!symbolic || text.matches("[0-9]+")) {
      throw new InvalidParameter(
          "invalid chmod parameter: '"
              + text
              + "'. it should be octal string and between 0 and 07777");
    }
    List<Change> changes = new ArrayList<>();
    for (String clause : text.split(",", -1)) {
      Matcher matcher = CLAUSE.matcher(clause);
      if (!matcher.matches()) {
        throw new InvalidParameter("invalid syntax");
      }
      int who = who(matcher.group(1));
      Matcher change = CHANGE.matcher(matcher.group(2));
      while (change.find()) {
        changes.add(new Change(who, change.group(1).charAt(0), change.group(2)));
      }
    }
    return mode -> {
      int result = mode;
      for (Change change : changes) {
        result = (mode & Stat.S_IFMT) | change.apply(result);
      }
      return result & 07777;
    };
  }

  private static int who(String text) {
    int who = text.isEmpty() || text.indexOf('a') >= 0 ? ALL : 0;
    who |= text.indexOf('u') >= 0 ? 0700 : 0;
    who |= text.indexOf('g') >= 0 ? 0070 : 0;
    who |= text.indexOf('o') >= 0 ? 0007 : 0;
    return who;
  }
}
