package io.layerd.api;

import io.layerd.api.model.DistributionAnswer;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Images in registries. */
@Path("/distribution")
@Produces(MediaType.APPLICATION_JSON)
public class DistributionResource {
  private final Backend backend;

  DistributionResource(Backend backend) {
    this.backend = backend;
  }

  /** GET /distribution/{name}/json: 200, 400 for a bad name, else what the registry said. */
  @GET
  @Path("{name:.+}/json")
  public Uni<DistributionAnswer> lookUp(
      @RestPath String name, @RestHeader("X-Registry-Auth") @Nullable String auth) {
    return backend
        .engine()
        .images()
        .lookUp(name, RegistryAuth.decode(auth))
        .map(DistributionAnswer::of);
  }
}
