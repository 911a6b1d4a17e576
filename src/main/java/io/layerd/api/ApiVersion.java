package io.layerd.api;

import io.layerd.error.InvalidParameter;

/** A version of the Remote API, such as 1.51. Shapes follow the version a client asks for. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
  /** The oldest that is served. */
  public static final ApiVersion MINIMUM = new ApiVersion(1, 24);

  /** The newest, and the one a path without a version means. */
  public static final ApiVersion CURRENT = new ApiVersion(1, 51);

  /** The request header in which {@link ApiFront} hands the version to handlers. */
  static final String HEADER = "Layerd-Api-Version";

  /** Reads digits and dots; anything after the second number is left out. */
  static ApiVersion parse(String text) {
    String[] parts = text.split("\\.", -1);
    try {
      return new ApiVersion(
          Integer.parseInt(parts[0]), parts.length > 1 ? Integer.parseInt(parts[1]) : 0);
    } catch (NumberFormatException e) {
      throw new InvalidParameter("invalid API version: " + text, e);
    }
  }

  /** The version of a request that came through {@link ApiFront}. */
  public static ApiVersion of(io.vertx.core.http.HttpServerRequest request) {
    String text = request.getHeader(HEADER);
    return text == null ? CURRENT : parse(text);
  }

  /** Whether the client knows what came with version 1.{@code minor}. */
  public boolean atLeast(int minor) {
    return compareTo(new ApiVersion(1, minor)) >= 0;
  }

  @Override
  public int compareTo(ApiVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
