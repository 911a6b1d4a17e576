package io.layerd.registry;

import io.layerd.error.EngineException;
import io.layerd.error.Forbidden;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.error.Unauthorized;
import io.layerd.error.Unavailable;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.net.URI;

/** Turns what a registry or the network said into the engine's errors, in dockerd's words. */
final class Refusals {
  private Refusals() {}

  /** While reading a manifest, a tag list or a blob of an image. */
  static EngineException translate(IOException error, String method, URI uri, Reference wanted) {
    if (!(error instanceof RegistryError refusal)) {
      return new SystemFailure(NetworkErrors.describe(method, uri, error), error);
    }
    String message = refusal.getMessage();
    if (!refusal.bare()) {
      switch (refusal.code()) {
        case "DENIED":
          return new NotFound(
              "pull access denied for "
                  + wanted.familiarName()
                  + ", repository does not exist or may require 'docker login': "
                  + message,
              error);
        case "MANIFEST_UNKNOWN":
          return new NotFound(
              "manifest for " + wanted.familiar() + " not found: " + message, error);
        case "NAME_UNKNOWN":
          return new NotFound(
              "repository " + wanted.familiarName() + " not found: " + message, error);
        default:
          break;
      }
    }
    return plain(refusal, message);
  }

  /** While writing: what the registry said. */
  static EngineException pushing(RegistryError refusal) {
    return plain(refusal, refusal.getMessage());
  }

  /** While asking the token server: dockerd shows the request that wanted the token. */
  static EngineException authorizing(IOException error, String method, URI uri) {
    if (error instanceof RegistryError refusal) {
      return plain(refusal, method + " \"" + uri + "\": " + refusal.getMessage());
    }
    return new SystemFailure(method + " \"" + uri + "\": " + error.getMessage(), error);
  }

  private static EngineException plain(RegistryError refusal, String message) {
    return switch (refusal.code()) {
      case "UNAUTHORIZED" -> new Unauthorized(message, refusal);
      case "DENIED" -> new Forbidden(message, refusal);
      case "TOOMANYREQUESTS" -> new Unavailable(message, refusal);
      case "NAME_UNKNOWN", "MANIFEST_UNKNOWN", "BLOB_UNKNOWN" -> new NotFound(message, refusal);
      default -> new SystemFailure(message, refusal);
    };
  }
}
