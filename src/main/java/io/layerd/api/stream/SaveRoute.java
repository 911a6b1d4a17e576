package io.layerd.api.stream;

import io.layerd.api.ApiVersion;
import io.layerd.api.PlatformText;
import io.layerd.engine.ImageCommands;
import io.layerd.oci.Platform;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** GET /images/get?names= and GET /images/{name}/get: images as a tar. */
final class SaveRoute implements Handler<RoutingContext> {
  private static final int PLATFORM_SINCE = 48;

  private final ImageCommands images;

  SaveRoute(ImageCommands images) {
    this.images = images;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String name = routing.pathParam("name");
    List<String> names = name == null ? request.params().getAll("names") : List.of(name);
    Platform platform =
        ApiVersion.of(request).atLeast(PLATFORM_SINCE)
            ? PlatformText.parseJson(request.params().getAll("platform"))
            : null;
    StreamAnswer answer = new StreamAnswer(routing, "application/x-tar");
    answer.runOrBreak(images.save(names, platform, new AnswerStream(answer)));
  }
}
