package io.layerd.api.stream;

import io.layerd.api.Params;
import io.layerd.build.BuildOutcome;
import io.layerd.build.BuildRequest;
import io.layerd.engine.BuildCommands;
import io.layerd.error.InvalidParameter;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/** POST /build: takes the context in and streams what the build says as JSON lines. */
final class BuildRoute implements Handler<RoutingContext> {
  private final BuildCommands builds;
  private final KitBuildRoute kit;
  private final boolean experimental;

  BuildRoute(BuildCommands builds, KitBuildRoute kit, boolean experimental) {
    this.builds = builds;
    this.kit = kit;
    this.experimental = experimental;
  }

  @Override
  public void handle(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String version = request.getParam("version");
    if (version != null && !version.isEmpty() && !version.matches("[12]")) {
      throw new InvalidParameter("invalid version \"" + version + "\"");
    }
    if (Params.bool(request.getParam("squash")) && !experimental) {
      throw new InvalidParameter("squash is only supported with experimental mode");
    }
    if ("2".equals(version)) {
      kit.build(routing);
      return;
    }
    String remote = request.getParam("remote");
    BuildRequest build = BuildParameters.of(request);
    RequestBody body = new RequestBody(request);
    StreamAnswer answer = new StreamAnswer(routing, "application/json");
    BuildLines lines = new BuildLines(answer, Params.bool(request.getParam("q")));
    Uni<BuildOutcome> outcome =
        remote == null || remote.isEmpty()
            ? builds.build(build, body, lines)
            : builds.build(build, remote, lines);
    answer.run(
        outcome
            .invoke(
                end -> {
                  body.discard();
                  switch (end) {
                    case BuildOutcome.Built built -> lines.built(built.image().toString());
                    case BuildOutcome.Failed failed -> lines.failed(failed);
                  }
                })
            .onFailure()
            .invoke(
                _ -> {
                  body.discard();
                  lines.flush();
                }),
        error -> Progress.error(error.message()));
  }
}
