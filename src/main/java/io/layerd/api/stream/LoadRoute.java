package io.layerd.api.stream;

import io.layerd.api.ApiVersion;
import io.layerd.api.Params;
import io.layerd.api.PlatformText;
import io.layerd.engine.ImageCommands;
import io.layerd.image.ImageArchives.LoadListener;
import io.layerd.oci.Platform;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;

/** POST /images/load: the images of an archive, with progress as JSON lines. */
final class LoadRoute implements Handler<RoutingContext> {
  private static final int PLATFORM_SINCE = 48;
  private static final long INTERVAL_NANOS = 100_000_000;

  private final ImageCommands images;

  LoadRoute(ImageCommands images) {
    this.images = images;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    Platform platform =
        ApiVersion.of(request).atLeast(PLATFORM_SINCE)
            ? PlatformText.parseJson(request.params().getAll("platform"))
            : null;
    boolean quiet = Params.bool(request.getParam("quiet"), true);
    RequestBody body = new RequestBody(request);
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    answer.run(
        images
            .load(body, platform, new Lines(answer, quiet))
            .onTermination()
            .invoke(body::discard)
            .onFailure()
            .invoke(() -> answer.open("application/json")),
        error -> Progress.error(error.message()));
  }

  /** Progress at most ten times a second for each layer; the last of a layer always. */
  private static final class Lines implements LoadListener {
    private final StreamAnswer answer;
    private final boolean quiet;
    private String last = "";
    private long nanos;

    Lines(StreamAnswer answer, boolean quiet) {
      this.answer = answer;
      this.quiet = quiet;
    }

    @Override
    public void loading(String id, long current, long total) {
      long now = System.nanoTime();
      if (quiet || (id.equals(last) && current < total && now - nanos < INTERVAL_NANOS)) {
        return;
      }
      last = id;
      nanos = now;
      // A client may read nothing before it has sent everything: do not wait for it.
      answer.offer(Progress.line(id, "Loading layer", current, total));
    }

    @Override
    public void message(String text) {
      try {
        answer.write(Progress.stream(text));
      } catch (IOException e) {
        throw new UncheckedIOException(e); // the client has gone
      }
    }
  }
}
