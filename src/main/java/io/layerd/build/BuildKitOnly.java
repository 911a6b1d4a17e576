package io.layerd.build;

import io.layerd.error.InvalidParameter;

/** What the classic builder does not do, in dockerd's words. */
final class BuildKitOnly {
  private BuildKitOnly() {}

  static InvalidParameter flag(String flag) {
    return new InvalidParameter(
        "the "
            + flag
            + " option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn"
            + " how to build images with BuildKit enabled");
  }
}
