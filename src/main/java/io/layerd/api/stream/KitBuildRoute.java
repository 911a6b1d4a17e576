package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.Params;
import io.layerd.buildkit.StreamedBuild;
import io.layerd.engine.BuildKitCommands;
import io.layerd.error.InvalidParameter;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * POST /build?version=2 and POST /build/cancel: docker CLIs that have BuildKit's client built in,
 * 18.09 to 22. Their files and secrets come through POST /session, a context on standard input in
 * another POST /build.
 */
final class KitBuildRoute {
  private static final String UPLOADED = "upload-request:";

  private final BuildKitCommands builds;

  KitBuildRoute(BuildKitCommands builds) {
    this.builds = builds;
  }

  void build(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String id = request.getParam("buildid");
    if (id != null && id.startsWith(UPLOADED)) {
      upload(routing, id.substring(UPLOADED.length()));
      return;
    }
    StreamedBuild build = KitParameters.of(request);
    boolean quiet = Params.bool(request.getParam("q"));
    String remote = request.getParam("remote");
    RequestBody body = new RequestBody(request);
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    boolean own = remote == null || remote.isEmpty();
    if (!own) {
      body.discard();
    }
    Uni<Optional<String>> built =
        builds
            .build(build, own ? body : null, status -> trace(answer, quiet, status))
            .onTermination()
            .invoke(body::discard);
    Uni<Optional<String>> end =
        Params.bool(request.getParam("squash"))
            ? built.onItem().transformToUni(image -> squashed(image, answer, quiet))
            : built;
    answer.run(
        end.invoke(image -> image.ifPresent(made -> last(answer, quiet, made))),
        error -> Progress.error(error.message()));
  }

  private Uni<Optional<String>> squashed(
      Optional<String> image, StreamAnswer answer, boolean quiet) {
    if (image.isEmpty()) {
      return Uni.createFrom().item(image);
    }
    if (!quiet) {
      last(answer, false, image.get());
    }
    return builds.squash(image.get()).map(Optional::of);
  }

  private static void trace(StreamAnswer answer, boolean quiet, byte[] status) throws IOException {
    if (!quiet) {
      answer.write(Progress.trace(status));
    }
  }

  private static void last(StreamAnswer answer, boolean quiet, String image) {
    try {
      answer.write(quiet ? Progress.stream(image + "\n") : Progress.image(image));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the client has gone
    }
  }

  /** The context of a build that was asked for, or will be in a moment. */
  private void upload(RoutingContext routing, String id) {
    RequestBody body = new RequestBody(routing.request());
    builds
        .upload(id, body)
        .onTermination()
        .invoke(body::discard)
        .subscribe()
        .with(
            _ -> routing.vertx().runOnContext(_ -> empty(routing)),
            failure ->
                routing
                    .vertx()
                    .runOnContext(
                        _ -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure))));
  }

  void cancel(RoutingContext routing) {
    String id = routing.request().getParam("id");
    if (id == null || id.isEmpty()) {
      throw new InvalidParameter("build ID not provided");
    }
    builds.cancel(id);
    empty(routing);
  }

  private static void empty(RoutingContext routing) {
    if (!routing.response().closed()) {
      routing.response().putHeader("Content-Type", "application/json").end();
    }
  }
}
