package io.layerd.build;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A pattern of file names: {@code *} and {@code ?} stop at slashes, {@code **} does not, {@code
 * **}{@code /} is any number of directories, {@code [a-z]} and {@code [^x]} are sets, a backslash
 * takes the next character as it is.
 *
 * <p>All ways to match go on together, character by character: the time is the product of both
 * lengths at most, whatever a stranger's pattern looks like.
 */
final class Glob {
  private static final int ANY = -1;

  private enum Kind {
    /** One character of a set. */
    ONE,
    /** Any number of characters but slashes. */
    STAR,
    /** Any number of characters. */
    ANYTHING,
    /** What follows, or {@link #DIRECTORIES} and then what follows. */
    MAYBE,
    /** Any number of characters, and a slash at the end. */
    DIRECTORIES
  }

  /**
   * A step of the pattern.
   *
   * @param ranges first and last characters of a set, two by two
   */
  private record Step(Kind kind, boolean negated, List<Integer> ranges) {
    static Step of(Kind kind) {
      return new Step(kind, false, List.of());
    }

    static Step one(int c) {
      return new Step(Kind.ONE, false, List.of(c, c));
    }

    boolean takes(int c) {
      if (ranges.getFirst() == ANY) {
        return c != '/';
      }
      boolean within = false;
      for (int i = 0; i < ranges.size(); i += 2) {
        within |= c >= ranges.get(i) && c <= ranges.get(i + 1);
      }
      return within != negated && !(negated && c == '/');
    }
  }

  private final List<Step> steps;

  private Glob(List<Step> steps) {
    this.steps = steps;
  }

  /**
   * @throws InvalidParameter {@code syntax error in pattern: GLOB}
   */
  static Glob compile(String glob) {
    int[] text = glob.codePoints().toArray();
    List<Step> steps = new ArrayList<>();
    int i = 0;
    while (i < text.length) {
      switch (text[i]) {
        case '*' -> {
          if (i + 1 < text.length && text[i + 1] == '*') {
            i += 2;
            if (i < text.length && text[i] == '/') {
              i++;
              // at the end it is everything below
              steps.add(Step.of(i < text.length ? Kind.MAYBE : Kind.ANYTHING));
              if (i < text.length) {
                steps.add(Step.of(Kind.DIRECTORIES));
              }
            } else {
              steps.add(Step.of(Kind.ANYTHING));
            }
          } else {
            i++;
            steps.add(Step.of(Kind.STAR));
          }
        }
        case '?' -> {
          i++;
          steps.add(new Step(Kind.ONE, false, List.of(ANY)));
        }
        case '[' -> i = set(glob, text, i + 1, steps);
        case '\\' -> {
          if (i + 1 == text.length) {
            throw wrong(glob);
          }
          steps.add(Step.one(text[i + 1]));
          i += 2;
        }
        default -> steps.add(Step.one(text[i++]));
      }
    }
    return new Glob(steps);
  }

  private static int set(String glob, int[] text, int start, List<Step> steps) {
    int i = start;
    boolean negated = i < text.length && text[i] == '^';
    i += negated ? 1 : 0;
    List<Integer> ranges = new ArrayList<>();
    while (i < text.length && (text[i] != ']' || ranges.isEmpty())) {
      i += text[i] == '\\' ? 1 : 0;
      if (i >= text.length) {
        throw wrong(glob);
      }
      int first = text[i++];
      int last = first;
      if (i + 1 < text.length && text[i] == '-' && text[i + 1] != ']') {
        i += text[i + 1] == '\\' ? 2 : 1;
        if (i >= text.length) {
          throw wrong(glob);
        }
        last = text[i++];
      }
      if (last < first) {
        throw wrong(glob);
      }
      ranges.add(first);
      ranges.add(last);
    }
    if (i >= text.length) {
      throw wrong(glob);
    }
    steps.add(new Step(Kind.ONE, negated, ranges));
    return i + 1;
  }

  private static InvalidParameter wrong(String glob) {
    return new InvalidParameter("syntax error in pattern: " + glob);
  }

  /** Whether the whole path is as the pattern says. */
  boolean matches(String path) {
    BitSet at = new BitSet(steps.size() + 1);
    enter(0, at);
    for (int i = 0; i < path.length() && !at.isEmpty(); ) {
      int c = path.codePointAt(i);
      i += Character.charCount(c);
      BitSet after = new BitSet(steps.size() + 1);
      for (int s = at.nextSetBit(0); s >= 0 && s < steps.size(); s = at.nextSetBit(s + 1)) {
        take(s, c, after);
      }
      at = after;
    }
    return at.get(steps.size());
  }

  /** Marks a step, and what may come without a character. */
  private void enter(int step, BitSet at) {
    int s = step;
    while (!at.get(s)) {
      at.set(s);
      Kind kind = s < steps.size() ? steps.get(s).kind() : Kind.ONE;
      if (kind == Kind.MAYBE) {
        at.set(s + 1);
        s += 2;
      } else if (kind == Kind.STAR || kind == Kind.ANYTHING) {
        s++;
      }
    }
  }

  private void take(int s, int c, BitSet after) {
    Step step = steps.get(s);
    switch (step.kind()) {
      case ONE -> {
        if (step.takes(c)) {
          enter(s + 1, after);
        }
      }
      case STAR -> {
        if (c != '/') {
          enter(s, after);
        }
      }
      case ANYTHING -> enter(s, after);
      case MAYBE -> {
        // its ways were marked when it was entered
      }
      case DIRECTORIES -> {
        after.set(s);
        if (c == '/') {
          enter(s + 1, after);
        }
      }
    }
  }
}
