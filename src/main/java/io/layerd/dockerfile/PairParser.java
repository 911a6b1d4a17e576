package io.layerd.dockerfile;

import io.layerd.dockerfile.Instruction.Pair;
import java.util.ArrayList;
import java.util.List;

/** Names and values: {@code a=b "c d"=e}, or the old {@code a b c}. */
final class PairParser {
  private final Place place;
  private final char escape;

  PairParser(Place place, char escape) {
    this.place = place;
    this.escape = escape;
  }

  /** What ENV and LABEL take. */
  List<Pair> pairs(String keyword, String text) {
    List<String> words = Words.quoted(text, escape);
    if (words.isEmpty()) {
      throw new InstructionParser.Misuse(keyword + " requires at least one argument");
    }
    if (words.getFirst().indexOf('=') < 0) {
      String[] halves = text.strip().split("[\\t\\v\\f\\r ]+", 2);
      if (halves.length < 2) {
        throw place.malformed(keyword + " must have two arguments");
      }
      return List.of(new Pair(halves[0], halves[1]));
    }
    List<Pair> pairs = new ArrayList<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw place.malformed(
            "Syntax error - can't find = in "
                + Words.quote(word)
                + ". Must be of the form: name=value");
      }
      if (equals == 0) {
        throw new InstructionParser.Misuse(keyword + " names can not be blank");
      }
      pairs.add(new Pair(word.substring(0, equals), word.substring(equals + 1)));
    }
    return pairs;
  }

  /** What ARG takes: a value is not needed, and the name may be in quotes. */
  List<Pair> argument(String text) {
    List<String> words = Words.quoted(text, escape);
    if (words.isEmpty()) {
      throw new InstructionParser.Misuse("ARG requires at least one argument");
    }
    List<Pair> pairs = new ArrayList<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals == 0) {
        throw new InstructionParser.Misuse("ARG names can not be blank");
      }
      pairs.add(
          equals < 0
              ? new Pair(word, null)
              : new Pair(word.substring(0, equals), word.substring(equals + 1)));
    }
    return pairs;
  }
}
