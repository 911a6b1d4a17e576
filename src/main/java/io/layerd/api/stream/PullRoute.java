package io.layerd.api.stream;

import io.layerd.api.PlatformText;
import io.layerd.api.RegistryAuth;
import io.layerd.engine.ImageCommands;
import io.layerd.image.ImageService.PullRequest;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;

/** POST /images/create: hands imports on, else pulls, and streams the progress as JSON lines. */
final class PullRoute implements Handler<RoutingContext> {
  private final ImageCommands images;
  private final ImportRoute imports;

  PullRoute(ImageCommands images, ImportRoute imports) {
    this.images = images;
    this.imports = imports;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String fromImage = request.getParam("fromImage");
    if (fromImage == null || fromImage.isEmpty()) {
      imports.handle(routing);
      return;
    }
    PulledReference reference = PulledReference.of(fromImage, request.getParam("tag"));
    PullRequest pull =
        new PullRequest(
            reference.text(),
            reference.allTags(),
            PlatformText.parse(request.getParam("platform")),
            RegistryAuth.decode(request.getHeader("X-Registry-Auth")));
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    answer.run(
        images.pull(
            pull,
            (id, status, current, total) -> {
              try {
                answer.write(Progress.line(id, status, current, total));
              } catch (IOException e) {
                throw new UncheckedIOException(e); // the client has gone; the pull is cancelled
              }
            }),
        error -> Progress.error(error.message()));
  }
}
