package io.layerd.api.stream;

import io.layerd.authorization.ImagePattern;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Reference;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.function.Predicate;

/**
 * The images a build may stand on, as whoever admitted the request has noted in a header. A client
 * that sends the header itself only restricts itself: it is removed where a policy decides.
 */
public final class AllowedImages {
  private static final String HEADER = "Layerd-Allowed-Images";

  private AllowedImages() {}

  /** Notes them; any image for none. */
  public static void note(HttpServerRequest request, List<ImagePattern> allowed) {
    request.headers().remove(HEADER);
    if (!allowed.isEmpty()) {
      request.headers().set(HEADER, allowed.stream().map(ImagePattern::toString).toList());
    }
  }

  static Predicate<String> of(HttpServerRequest request) {
    List<ImagePattern> allowed =
        request.headers().getAll(HEADER).stream().map(ImagePattern::parse).toList();
    return name -> allowed.isEmpty() || allowed.stream().anyMatch(one -> fits(one, name));
  }

  private static boolean fits(ImagePattern pattern, String name) {
    try {
      return pattern.matches(Reference.parse(name));
    } catch (InvalidParameter e) {
      return false;
    }
  }
}
