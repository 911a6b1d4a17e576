package io.layerd.api;

import io.layerd.api.model.VolumeBody;
import io.layerd.api.model.VolumeItem;
import io.layerd.api.model.VolumesPruned;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Named volumes. */
@Path("/volumes")
@Produces(MediaType.APPLICATION_JSON)
public class VolumeResource {
  private final Backend backend;

  VolumeResource(Backend backend) {
    this.backend = backend;
  }

  /** GET /volumes. */
  @GET
  public Uni<VolumeItem.Listing> list(@RestQuery @Nullable String filters) {
    return backend
        .engine()
        .volumes()
        .list(Filters.parse(filters))
        .map(
            volumes ->
                new VolumeItem.Listing(
                    volumes.stream().map(volume -> VolumeItem.of(volume, null)).toList(), null));
  }

  /** GET /volumes/{name}: 200, 404. */
  @GET
  @Path("{name}")
  public Uni<VolumeItem> inspect(@RestPath String name) {
    return backend.engine().volumes().inspect(name).map(volume -> VolumeItem.of(volume, null));
  }

  /** POST /volumes/create: 201, also if it exists already. */
  @POST
  @Path("create")
  public Uni<RestResponse<VolumeItem>> create(
      byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    VolumeBody request = JsonBody.read(body, contentType, VolumeBody.class);
    String name = request.name();
    return backend
        .engine()
        .volumes()
        .create(
            name == null || name.isEmpty() ? null : name,
            request.driver() == null || request.driver().isEmpty() ? "local" : request.driver(),
            request.options() == null ? Map.of() : request.options(),
            request.labels() == null ? Map.of() : request.labels())
        .map(
            volume ->
                RestResponse.status(RestResponse.Status.CREATED, VolumeItem.of(volume, null)));
  }

  /** DELETE /volumes/{name}: 204, 404, 409 if a container uses it. */
  @DELETE
  @Path("{name}")
  public Uni<RestResponse<Void>> remove(@RestPath String name, @RestQuery @Nullable String force) {
    return backend
        .engine()
        .volumes()
        .remove(name, Params.bool(force))
        .map(_ -> RestResponse.noContent());
  }

  /** POST /volumes/prune: before API 1.42, named volumes too. */
  @POST
  @Path("prune")
  public Uni<VolumesPruned> prune(
      @RestQuery @Nullable String filters, @RestHeader(ApiVersion.HEADER) String version) {
    Map<String, List<String>> wanted = new HashMap<>(Filters.parse(filters));
    if (!ApiVersion.parse(version).atLeast(42)) {
      wanted.put("all", List.of("true"));
    }
    return backend
        .engine()
        .volumes()
        .prune(wanted)
        .map(pruned -> new VolumesPruned(pruned.removed(), pruned.reclaimedBytes()));
  }
}
