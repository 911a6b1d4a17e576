package io.layerd.api;

import io.layerd.api.model.ExecInspect;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Further processes in containers. */
@Path("/exec")
@Produces(MediaType.APPLICATION_JSON)
public class ExecResource {
  private final Backend backend;

  ExecResource(Backend backend) {
    this.backend = backend;
  }

  /** GET /exec/{id}/json: 200, 404. */
  @GET
  @Path("{id}/json")
  public Uni<ExecInspect> inspect(@RestPath String id) {
    return backend.engine().execs().inspect(id).map(ExecInspect::of);
  }

  /** POST /exec/{id}/resize: 200, 400, 404. */
  @POST
  @Path("{id}/resize")
  public Uni<RestResponse<Void>> resize(
      @RestPath String id,
      @RestQuery("h") @Nullable String height,
      @RestQuery("w") @Nullable String width) {
    int rows = Params.dimension(height, "height");
    int columns = Params.dimension(width, "width");
    return backend.engine().execs().resize(id, rows, columns).map(_ -> RestResponse.ok());
  }
}
