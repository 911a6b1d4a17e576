package io.layerd.layer;

import io.layerd.archive.Compression;
import io.layerd.archive.UnpackLimits;
import io.layerd.error.InvalidParameter;
import io.layerd.graph.DriverOptions;
import java.util.ArrayList;
import java.util.List;

/**
 * What layers may hold, from those {@code --storage-opt} values that are layerd's own: {@code
 * layer.max-entries}, {@code layer.max-size}, {@code layer.max-ratio}.
 *
 * @param maxRatio how many times its size an archive may expand to
 * @param driverOptions the values that are for the storage driver
 */
public record LayerLimits(UnpackLimits unpack, int maxRatio, List<String> driverOptions) {
  public LayerLimits {
    driverOptions = List.copyOf(driverOptions);
  }

  /**
   * Takes the values apart.
   *
   * @throws InvalidParameter if a limit is no positive number or size
   */
  public static LayerLimits of(List<String> options) {
    long entries = UnpackLimits.DEFAULT.maxEntries();
    long size = UnpackLimits.DEFAULT.maxSizeBytes();
    int ratio = Compression.DEFAULT_MAX_RATIO;
    List<String> others = new ArrayList<>();
    for (String option : options) {
      int equals = option.indexOf('=');
      String value = option.substring(equals + 1).strip();
      switch (equals < 0 ? "" : option.substring(0, equals).strip()) {
        case "layer.max-entries" -> entries = number(option, value);
        case "layer.max-size" -> size = DriverOptions.sizeBytes(value);
        case "layer.max-ratio" -> ratio = (int) Math.min(Integer.MAX_VALUE, number(option, value));
        default -> others.add(option);
      }
    }
    return new LayerLimits(new UnpackLimits(entries, size), ratio, others);
  }

  private static long number(String option, String value) {
    try {
      long number = Long.parseLong(value);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new InvalidParameter("invalid storage option " + option, e);
    }
    throw new InvalidParameter("invalid storage option " + option);
  }
}
