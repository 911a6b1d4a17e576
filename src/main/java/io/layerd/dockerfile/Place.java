package io.layerd.dockerfile;

import io.layerd.error.InvalidParameter;

/**
 * Where something is wrong.
 *
 * @param fileName empty where a list of changes is read: its errors name no place
 */
record Place(String fileName, Source source) {
  /** An instruction that makes no sense. */
  InvalidParameter problem(String message) {
    return new InvalidParameter(
        fileName.isEmpty()
            ? message
            : "dockerfile parse error on line " + source.line() + ": " + message);
  }

  /** A text that is no instruction of its kind: dockerd names the file, not the line. */
  InvalidParameter malformed(String message) {
    return new InvalidParameter(
        fileName.isEmpty() ? message : "failed to parse " + fileName + ": " + message);
  }
}
