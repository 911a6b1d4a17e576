package io.layerd.api.stream;

import io.layerd.api.PlatformText;
import io.layerd.engine.ImageCommands;
import io.layerd.image.ImageArchives.ImportListener;
import io.layerd.image.ImageArchives.ImportRequest;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** POST /images/create?fromSrc=: an image from the tar of a file system. */
final class ImportRoute implements Handler<RoutingContext> {
  private final ImageCommands images;
  private final String dockerVersion;

  ImportRoute(ImageCommands images, String dockerVersion) {
    this.images = images;
    this.dockerVersion = dockerVersion;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String source = text(request.getParam("fromSrc"));
    boolean sent = source.equals("-");
    String message = text(request.getParam("message"));
    ImportRequest wanted =
        new ImportRequest(
            sent ? "" : source,
            text(request.getParam("repo")),
            text(request.getParam("tag")),
            message.isEmpty() ? "Imported from " + source : message,
            request.params().getAll("changes"),
            PlatformText.parse(request.getParam("platform")),
            dockerVersion);
    RequestBody body = new RequestBody(request);
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    answer.run(
        images
            .importTar(sent ? body : null, wanted, new Lines(answer))
            .onTermination()
            .invoke(body::discard)
            .map(
                image -> {
                  send(answer, Progress.status(image.id().toString()));
                  return image;
                }),
        error -> Progress.error(error.message()));
  }

  private static String text(@Nullable String parameter) {
    return parameter == null ? "" : parameter;
  }

  private static void send(StreamAnswer answer, byte[] line) {
    try {
      answer.write(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the client has gone
    }
  }

  private record Lines(StreamAnswer answer) implements ImportListener {
    @Override
    public void downloading(String url) {
      send(answer, Progress.status("Downloading from " + url));
    }

    @Override
    public void importing(long current, long total) {
      answer.offer(Progress.line(null, "Importing", current, total));
    }
  }
}
