package io.layerd.api.stream;

import io.layerd.api.RegistryAuth;
import io.layerd.engine.ImageCommands;
import io.layerd.image.ImageService.PushListener;
import io.layerd.image.ImageService.PushRequest;
import io.layerd.oci.Digest;
import io.layerd.oci.Reference;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** POST /images/{name}/push: sends an image to a registry, with progress as JSON lines. */
final class PushRoute implements Handler<RoutingContext> {
  private final ImageCommands images;

  PushRoute(ImageCommands images) {
    this.images = images;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Reference name = Reference.parse(routing.pathParam("name"));
    String tag = request.getParam("tag");
    Reference tagged = tag == null || tag.isEmpty() ? name : name.withTag(tag);
    PushRequest push =
        new PushRequest(
            tagged.toString(), RegistryAuth.decode(request.getHeader("X-Registry-Auth")));
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    answer.run(images.push(push, new Lines(answer)), error -> Progress.error(error.message()));
  }

  private record Lines(StreamAnswer answer) implements PushListener {
    @Override
    public void update(@Nullable String id, String status, long current, long total) {
      write(Progress.line(id, status, current, total));
    }

    @Override
    public void pushed(String tag, Digest digest, long sizeBytes) {
      write(Progress.pushed(tag, digest.toString(), sizeBytes));
    }

    private void write(byte[] line) {
      try {
        answer.write(line);
      } catch (IOException e) {
        throw new UncheckedIOException(e); // the client has gone; the push is cancelled
      }
    }
  }
}
