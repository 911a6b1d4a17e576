package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;
import java.util.ArrayList;
import java.util.List;

/** Paths inside an image, as text. */
public final class ImagePath {
  private ImagePath() {}

  /**
   * A path below a directory, or an absolute one, without dots and doubled slashes.
   *
   * @throws InvalidParameter if the path is empty
   */
  public static String below(String directory, String path) {
    if (path.isEmpty()) {
      throw new InvalidParameter("cannot normalize nothing");
    }
    return clean(path.startsWith("/") ? path : directory + "/" + path);
  }

  /** An absolute path without dots and doubled slashes; it never leaves the root. */
  public static String clean(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/")) {
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return "/" + String.join("/", parts);
  }
}
