package io.layerd.api;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Sends every failure of a resource through {@link ErrorAnswer}. */
public class ErrorMapper {
  @ServerExceptionMapper
  RestResponse<byte[]> failure(Throwable failure, RoutingContext routing) {
    ErrorAnswer answer =
        switch (failure) {
          case NotFoundException _, NotAllowedException _ -> pageNotFound(routing.response());
          case WebApplicationException e -> {
            int status = e.getResponse().getStatus();
            yield status == 413
                ? ErrorAnswer.of(JsonBody.tooLarge())
                : new ErrorAnswer(status, String.valueOf(e.getMessage()));
          }
          default -> ErrorAnswer.of(failure);
        };
    if (answer.status() == 304) {
      return RestResponse.status(RestResponse.Status.NOT_MODIFIED);
    }
    return RestResponse.ResponseBuilder.<byte[]>create(answer.status())
        .entity(answer.body())
        .type(MediaType.APPLICATION_JSON)
        .build();
  }

  private static ErrorAnswer pageNotFound(HttpServerResponse response) {
    ApiFront.removeStandardHeaders(response);
    return ErrorAnswer.PAGE_NOT_FOUND;
  }
}
