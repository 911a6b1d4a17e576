package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.Params;
import io.layerd.api.model.PathStatHeader;
import io.layerd.container.FileService.CopyIn;
import io.layerd.engine.FileCommands;
import io.layerd.error.InvalidParameter;
import io.layerd.rootfs.PathStat;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Base64;
import java.util.function.Consumer;

/** /containers/{id}/archive: what a path is (HEAD), a tar of it (GET), a tar into it (PUT). */
final class ArchiveRoute {
  private static final String STAT = "X-Docker-Container-Path-Stat";
  private static final String TAR = "application/x-tar";

  private final FileCommands files;

  ArchiveRoute(FileCommands files) {
    this.files = files;
  }

  void head(RoutingContext routing) {
    answer(
        routing,
        files.stat(routing.pathParam("id"), path(routing)),
        stat -> routing.response().putHeader(STAT, encoded(stat)).end());
  }

  void get(RoutingContext routing) {
    StreamAnswer answer = new StreamAnswer(routing, TAR);
    answer.runOrBreak(
        files.copyOut(
            routing.pathParam("id"),
            path(routing),
            stat -> {
              answer.open(TAR, STAT, encoded(stat));
              return AnswerStream.buffered(answer);
            }));
  }

  void put(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    String path = path(routing);
    CopyIn options =
        new CopyIn(
            Params.bool(request.getParam("noOverwriteDirNonDir")),
            Params.bool(request.getParam("copyUIDGID")));
    RequestBody body = new RequestBody(request);
    answer(
        routing,
        files
            .copyIn(routing.pathParam("id"), path, options, body)
            .onTermination()
            .invoke(body::discard),
        _ -> routing.response().end());
  }

  private static String path(RoutingContext routing) {
    String path = routing.request().getParam("path");
    if (path == null || path.isEmpty()) {
      throw new InvalidParameter("bad parameter: pathcannot be empty");
    }
    return path;
  }

  private static String encoded(PathStat stat) {
    byte[] json = ErrorAnswer.json(PathStatHeader.of(stat));
    // without the line feed
    return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(json, json.length - 1));
  }

  private static <T> void answer(RoutingContext routing, Uni<T> work, Consumer<T> success) {
    Context context = Vertx.currentContext();
    HttpServerResponse response = routing.response();
    Cancellable running =
        work.subscribe()
            .with(
                item ->
                    context.runOnContext(
                        _ -> {
                          if (!response.ended() && !response.closed()) {
                            success.accept(item);
                          }
                        }),
                failure ->
                    context.runOnContext(_ -> ApiFront.answer(response, ErrorAnswer.of(failure))));
    response.closeHandler(_ -> running.cancel());
  }
}
