package io.layerd.build;

import io.layerd.oci.Digest;

/** How a build ended. */
public sealed interface BuildOutcome {
  record Built(Digest image) implements BuildOutcome {}

  /**
   * A step's program failed.
   *
   * @param code its exit code
   */
  record Failed(int code, String message) implements BuildOutcome {}
}
