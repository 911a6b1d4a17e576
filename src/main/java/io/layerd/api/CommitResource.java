package io.layerd.api;

import io.layerd.api.model.IdAnswer;
import io.layerd.container.CommitRequest;
import io.layerd.spec.ContainerConfig;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Images made of containers. */
@Path("/commit")
@Produces(MediaType.APPLICATION_JSON)
public class CommitResource {
  private final Backend backend;

  CommitResource(Backend backend) {
    this.backend = backend;
  }

  /** POST /commit: 201, 400, 404. */
  @POST
  public Uni<RestResponse<IdAnswer>> commit(
      byte[] body,
      @RestHeader("Content-Type") @Nullable String contentType,
      @RestQuery @Nullable String container,
      @RestQuery @Nullable String repo,
      @RestQuery @Nullable String tag,
      @RestQuery @Nullable String comment,
      @RestQuery @Nullable String author,
      @RestQuery @Nullable String pause,
      @RestQuery @Nullable List<String> changes) {
    // The client sends null for "as the container is".
    ContainerConfig config =
        body.length == 0 || JsonBody.isEmptyObject(body)
            ? null
            : JsonBody.read(body, contentType, ContainerConfig.class);
    CommitRequest request =
        new CommitRequest(
            orEmpty(container),
            orEmpty(repo),
            orEmpty(tag),
            orEmpty(comment),
            orEmpty(author),
            Params.bool(pause, true),
            changes == null ? List.of() : changes,
            config);
    return backend
        .engine()
        .files()
        .commit(request)
        .map(id -> RestResponse.status(RestResponse.Status.CREATED, new IdAnswer(id)));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
