package io.layerd.graph.overlay;

import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Where overlay keeps what, below its home directory. */
record Layout(Path home) {
  static final int HOME_MODE = 0710;
  static final int LAYER_MODE = 0710;
  static final int ROOT_MODE = 0755;
  static final int WORK_MODE = 0700;
  static final int LOWER_ID_MODE = 0600;

  /** A tree that is not finished. */
  static final String TEMPORARY_ROOT = "tmproot";

  Path layer(String id) {
    if (id.isEmpty() || id.indexOf('/') >= 0 || id.startsWith(".")) {
      throw new InvalidParameter("invalid layer id: " + id);
    }
    return home.resolve(id);
  }

  /** The whole tree of an image's layer. */
  Path root(String id) {
    return layer(id).resolve("root");
  }

  Path upper(String id) {
    return layer(id).resolve("upper");
  }

  Path work(String id) {
    return layer(id).resolve("work");
  }

  Path merged(String id) {
    return layer(id).resolve("merged");
  }

  Path lowerFile(String id) {
    return layer(id).resolve("lower-id");
  }

  /** Whether a layer is a whole tree rather than an overlay on one. */
  boolean isWhole(String id) {
    return Files.isDirectory(root(id), LinkOption.NOFOLLOW_LINKS);
  }

  /** The layer whose tree is below an overlay. */
  String lower(String id) {
    Path file = lowerFile(id);
    try {
      String lower = Files.readString(file).strip();
      if (lower.isEmpty()) {
        throw new SystemFailure("layer " + id + " is damaged: " + file + " is empty");
      }
      return lower;
    } catch (IOException e) {
      throw new SystemFailure("layer " + id + " is damaged: cannot read " + file, e);
    }
  }
}
