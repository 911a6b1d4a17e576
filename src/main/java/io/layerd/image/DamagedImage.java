package io.layerd.image;

import io.layerd.oci.Digest;
import java.util.List;

/**
 * An image that was found damaged at start and is left out.
 *
 * @param names familiar names, which it has again once a pull has mended it
 */
public record DamagedImage(Digest id, List<String> names, String reason) {
  public DamagedImage {
    names = List.copyOf(names);
  }

  /** For people: the id and the reason. */
  public String text() {
    return "image " + id + ": " + reason;
  }
}
