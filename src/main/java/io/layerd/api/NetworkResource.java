package io.layerd.api;

import io.layerd.api.model.NetworkBody;
import io.layerd.api.model.NetworkChange;
import io.layerd.api.model.NetworkCreated;
import io.layerd.api.model.NetworkItem;
import io.layerd.api.model.NetworksPruned;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
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

/** Networks. */
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

  /** GET /networks/{id}: 200, 404; there are no networks of a swarm. */
  @GET
  @Path("{id}")
  public Uni<NetworkItem> inspect(@RestPath String id, @RestQuery @Nullable String scope) {
    if (scope != null && !scope.isEmpty() && !scope.equals("local")) {
      throw new NotFound("network " + id + " not found");
    }
    return backend.engine().networks().inspect(id).map(network -> NetworkItem.of(network, true));
  }

  /** POST /networks/create: 201, 403, 409. */
  @POST
  @Path("create")
  public Uni<RestResponse<NetworkCreated>> create(
      byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    NetworkBody request = JsonBody.read(body, contentType, NetworkBody.class);
    return backend
        .engine()
        .networks()
        .create(request.request())
        .map(
            network ->
                RestResponse.status(
                    RestResponse.Status.CREATED, new NetworkCreated(network.id(), "")));
  }

  /** POST /networks/prune: those no container is on. */
  @POST
  @Path("prune")
  public Uni<NetworksPruned> prune(@RestQuery @Nullable String filters) {
    return backend
        .engine()
        .networks()
        .prune(Filters.parse(filters))
        .map(removed -> new NetworksPruned(removed.isEmpty() ? null : removed));
  }

  /** POST /networks/{id}/connect: 200, 403, 404. */
  @POST
  @Path("{id}/connect")
  public Uni<RestResponse<Void>> connect(
      @RestPath String id, byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    NetworkChange change = JsonBody.read(body, contentType, NetworkChange.class);
    return backend
        .engine()
        .networks()
        .connect(id, container(change), change.endpoint())
        .map(_ -> RestResponse.ok());
  }

  /** POST /networks/{id}/disconnect: 200, 403, 404. */
  @POST
  @Path("{id}/disconnect")
  public Uni<RestResponse<Void>> disconnect(
      @RestPath String id, byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    NetworkChange change = JsonBody.read(body, contentType, NetworkChange.class);
    return backend
        .engine()
        .networks()
        .disconnect(id, container(change), change.force())
        .map(_ -> RestResponse.ok());
  }

  private static String container(NetworkChange change) {
    String container = change.container();
    if (container == null || container.isEmpty()) {
      throw new InvalidParameter("invalid name or ID supplied: \"\"");
    }
    return container;
  }

  /** DELETE /networks/{id}: 204, 403, 404. */
  @DELETE
  @Path("{id}")
  public Uni<RestResponse<Void>> remove(@RestPath String id) {
    return backend.engine().networks().remove(id).map(_ -> RestResponse.noContent());
  }
}
