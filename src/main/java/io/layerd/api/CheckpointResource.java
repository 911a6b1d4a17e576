package io.layerd.api;

import io.layerd.api.model.CheckpointBody;
import io.layerd.api.model.CheckpointItem;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of containers; {@link RefusedRoutes} refuses them unless the daemon is experimental.
 */
@Path("/containers/{id}/checkpoints")
@Produces(MediaType.APPLICATION_JSON)
public class CheckpointResource {
  private final Backend backend;

  CheckpointResource(Backend backend) {
    this.backend = backend;
  }

  /** POST /containers/{id}/checkpoints: 201, 404, 409 if it does not run. */
  @POST
  public Uni<RestResponse<Void>> create(
      @RestPath String id, byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    CheckpointBody asked =
        JsonBody.read(
            body.length == 0 ? new byte[] {'{', '}'} : body, contentType, CheckpointBody.class);
    return backend
        .engine()
        .containers()
        .checkpoint(id, text(asked.name()), text(asked.directory()), asked.exit())
        .map(_ -> RestResponse.status(RestResponse.Status.CREATED));
  }

  /** GET /containers/{id}/checkpoints: 200, 404. */
  @GET
  public Uni<List<CheckpointItem>> list(
      @RestPath String id, @RestQuery("dir") @Nullable String directory) {
    return backend
        .engine()
        .containers()
        .checkpoints(id, text(directory))
        .map(names -> names.stream().map(CheckpointItem::new).toList());
  }

  /** DELETE /containers/{id}/checkpoints/{checkpoint}: 204, 404. */
  @DELETE
  @Path("{checkpoint}")
  public Uni<RestResponse<Void>> remove(
      @RestPath String id,
      @RestPath String checkpoint,
      @RestQuery("dir") @Nullable String directory) {
    return backend
        .engine()
        .containers()
        .removeCheckpoint(id, checkpoint, text(directory))
        .map(_ -> RestResponse.noContent());
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
