package io.layerd.volume;

import io.layerd.error.InvalidParameter;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** What a local volume may be called. */
final class VolumeNames {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]*");
  private static final int MAX_BYTES = 255;

  private VolumeNames() {}

  static boolean isValid(String name) {
    return name.length() >= 2 && name.length() <= MAX_BYTES && NAME.matcher(name).matches();
  }

  static void check(String name) {
    if (name.length() == 1) {
      throw new InvalidParameter(
          "create %s: volume name is too short, names should be at least two alphanumeric characters"
              .formatted(name));
    }
    if (!NAME.matcher(name).matches()) {
      throw new InvalidParameter(
          ("create %s: \"%s\" includes invalid characters for a local volume name, only"
                  + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
                  + " directory, use absolute path")
              .formatted(name, name));
    }
    if (name.length() > MAX_BYTES) {
      throw new InvalidParameter("create " + name + ": volume name is longer than 255 characters");
    }
  }

  /** 64 hexadecimal digits, for a volume nobody named. */
  static String random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
