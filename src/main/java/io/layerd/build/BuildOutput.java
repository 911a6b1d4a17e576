package io.layerd.build;

import org.jspecify.annotations.Nullable;

/**
 * Receives what a build says. Called from one thread at a time; may block while the client is slow.
 */
public interface BuildOutput {
  /** Text for the user's terminal, line feeds included. */
  void text(String text);

  /** How the download of a base image goes on. */
  void progress(@Nullable String id, String status, long currentBytes, long totalBytes);

  /** The id of an image that was made: {@code sha256:...}. */
  void image(String id);

  /** The id of the image that has the same files in fewer layers. */
  void squashed(String id);
}
