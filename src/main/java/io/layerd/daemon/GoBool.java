package io.layerd.daemon;

import java.util.Set;
import picocli.CommandLine.ITypeConverter;

/** Switches in all of Go's spellings: {@code --tls=1}. */
final class GoBool implements ITypeConverter<Boolean> {
  private static final Set<String> TRUE = Set.of("1", "t", "T", "true", "TRUE", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "false", "FALSE", "False");

  @Override
  public Boolean convert(String text) {
    if (TRUE.contains(text)) {
      return true;
    }
    if (FALSE.contains(text)) {
      return false;
    }
    throw new IllegalArgumentException(
        "strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
  }
}
