package io.layerd.dockerfile;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Finds the word that somebody may have meant. */
public final class Spelling {
  private static final int MOST_CHANGES = 2;

  private Spelling() {}

  /** {@code (did you mean x?)} with a space before it, or nothing. */
  static String hint(String word, String... known) {
    return hint(word, "", List.of(known));
  }

  /** {@link #hint(String, String...)} with something before what may be meant. */
  public static String hint(String word, String before, Collection<String> known) {
    String best = "";
    int least = MOST_CHANGES + 1;
    String lower = word.toLowerCase(Locale.ROOT);
    for (String candidate : known) {
      int changes = distance(lower, candidate.toLowerCase(Locale.ROOT));
      if (changes < least) {
        least = changes;
        best = candidate;
      }
    }
    return best.isEmpty() ? "" : " (did you mean " + before + best + "?)";
  }

  /** Letters to add, drop or change. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
