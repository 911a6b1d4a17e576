package io.layerd.buildkit;

import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;

/** Names of images, as BuildKit shows them. */
final class Names {
  private Names() {}

  /** In full: {@code docker.io/library/busybox:latest}; what is no name stays as it is. */
  static String canonical(String name) {
    try {
      return Reference.parse(name).tagged().toString();
    } catch (InvalidParameter e) {
      return name;
    }
  }
}
