package io.layerd.oci;

import io.layerd.error.InvalidParameter;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Numbers in requests, refused in the words of Go's {@code strconv}, which dockerd passes on. */
public final class GoNumbers {
  private static final Pattern SIGNED = Pattern.compile("[-+]?[0-9]+");
  private static final Pattern UNSIGNED = Pattern.compile("[0-9]+");

  private GoNumbers() {}

  /** What is wrong with a text that is no {@code int}: without the function's name. */
  public static String failure(String text) {
    return failure(text, SIGNED.matcher(text).matches());
  }

  private static String failure(String text, boolean number) {
    String what = number ? "value out of range" : "invalid syntax";
    return "parsing \"" + text + "\": " + what;
  }

  /**
   * A number from 0 to the given one.
   *
   * @throws InvalidParameter {@code strconv.ParseUint: parsing "x": invalid syntax}
   */
  public static int unsigned(String text, int most) {
    boolean number = UNSIGNED.matcher(text).matches();
    if (!number || new BigInteger(text).compareTo(BigInteger.valueOf(most)) > 0) {
      throw new InvalidParameter("strconv.ParseUint: " + failure(text, number));
    }
    return Integer.parseInt(text);
  }
}
