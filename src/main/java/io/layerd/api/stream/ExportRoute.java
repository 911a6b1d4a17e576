package io.layerd.api.stream;

import io.layerd.engine.FileCommands;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** GET /containers/{id}/export: a tar of the container's files. */
final class ExportRoute implements Handler<RoutingContext> {
  private final FileCommands files;

  ExportRoute(FileCommands files) {
    this.files = files;
  }

  @Override
  public void handle(RoutingContext routing) {
    StreamAnswer answer = new StreamAnswer(routing, "application/octet-stream");
    answer.runOrBreak(files.export(routing.pathParam("id"), AnswerStream.buffered(answer)));
  }
}
