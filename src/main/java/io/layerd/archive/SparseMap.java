package io.layerd.archive;

import java.util.Arrays;
import java.util.List;

/**
 * Which pieces of a sparse file a tar holds, as {offset, length, offset, length, ...}: a GNU tar
 * extension. GNU tar manual, "Storing Sparse Files".
 */
final class SparseMap {
  private static final int MAX_NUMBERS = TarFormat.MAX_EXTENDED_BYTES / 8;

  private long[] numbers = new long[8];
  private int count;

  void add(long number) {
    if (count == MAX_NUMBERS) {
      throw TarFormat.tooLong();
    }
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * count);
    }
    numbers[count++] = number;
  }

  /** Up to {@code entries} pairs of old GNU fields; false if an empty one ended the list. */
  boolean addOldGnu(byte[] b, int from, int entries) {
    for (int i = 0; i < entries; i++) {
      int at = from + 24 * i;
      if (b[at] == 0) {
        return false;
      }
      add(TarFormat.numeric(b, at, 12));
      add(TarFormat.numeric(b, at + 12, 12));
    }
    return true;
  }

  /** Format 0.0: pairs gathered from repeated records. */
  static long[] of(List<Long> pairs, long stored, long real) {
    SparseMap map = new SparseMap();
    pairs.forEach(map::add);
    return map.verified(stored, real);
  }

  /** Format 0.1: a list with commas. */
  static long[] parse(byte[] text, long stored, long real) {
    SparseMap map = new SparseMap();
    int from = 0;
    while (from < text.length) {
      int comma = PaxRecords.indexOf(text, (byte) ',', from, text.length);
      int end = comma < 0 ? text.length : comma;
      map.add(PaxRecords.number(text, from, end));
      from = end + 1;
    }
    return map.verified(stored, real);
  }

  /**
   * The map, once it is sure that pieces come in order, do not overlap, end inside the file, and
   * are all in the tar.
   */
  long[] verified(long stored, long real) {
    long end = 0;
    long sum = 0;
    if (count % 2 != 0 || real < 0) {
      throw TarFormat.invalidHeader();
    }
    for (int i = 0; i < count; i += 2) {
      long offset = numbers[i];
      long length = numbers[i + 1];
      if (offset < end || length < 0 || length > real - offset || length > stored - sum) {
        throw TarFormat.invalidHeader();
      }
      end = offset + length;
      sum += length;
    }
    if (sum != stored) {
      throw TarFormat.invalidHeader();
    }
    return Arrays.copyOf(numbers, count);
  }
}
