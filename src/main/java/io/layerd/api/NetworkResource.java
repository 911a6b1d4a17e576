package io.layerd.api;

import io.layerd.api.model.NetworkItem;
import io.layerd.error.NotImplemented;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Networks; layerd has the built-in ones so far. */
@Path("/networks")
@Produces(MediaType.APPLICATION_JSON)
public class NetworkResource {
  private final Backend backend;

  NetworkResource(Backend backend) {
    this.backend = backend;
  }

  /** GET /networks. */
  @GET
  public Uni<List<NetworkItem>> list(@RestQuery @Nullable String filters) {
    return backend
        .engine()
        .networks()
        .list(Filters.parse(filters))
        .map(networks -> networks.stream().map(one -> NetworkItem.of(one, false)).toList());
  }

  /** GET /networks/{id}: 200, 404. */
  @GET
  @Path("{id}")
  public Uni<NetworkItem> inspect(@RestPath String id) {
    return backend.engine().networks().inspect(id).map(network -> NetworkItem.of(network, true));
  }

  /** POST /networks/create, /networks/prune. */
  @POST
  @Path("{verb}")
  public Uni<Void> change(@RestPath String verb) {
    return unsupported();
  }

  /** POST /networks/{id}/connect, /networks/{id}/disconnect. */
  @POST
  @Path("{id}/{verb}")
  public Uni<Void> attach(@RestPath String id, @RestPath String verb) {
    return unsupported();
  }

  /** DELETE /networks/{id}. */
  @DELETE
  @Path("{id}")
  public Uni<Void> remove(@RestPath String id) {
    return unsupported();
  }

  private static Uni<Void> unsupported() {
    return Uni.createFrom()
        .failure(
            new NotImplemented(
                "layerd offers the networks bridge, host and none: it does not make, change or"
                    + " remove networks yet"));
  }
}
