package io.layerd.api;

import io.layerd.api.model.BuildCachePruned;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.GoNumbers;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** The build cache, as far as it is not images. */
@Path("/build")
@Produces(MediaType.APPLICATION_JSON)
public class BuildCacheResource {
  private final Backend backend;

  BuildCacheResource(Backend backend) {
    this.backend = backend;
  }

  /** POST /build/prune, which {@code docker system prune} asks for too. */
  @POST
  @Path("prune")
  public Uni<BuildCachePruned> prune(
      @RestQuery @Nullable String filters,
      @RestQuery("keep-storage") @Nullable String keepStorage,
      @RestQuery("reserved-space") @Nullable String reserved,
      @RestQuery("max-used-space") @Nullable String most,
      @RestQuery("min-free-space") @Nullable String free) {
    long kept = Math.max(bytes("keep-storage", keepStorage), bytes("reserved-space", reserved));
    kept = Math.max(kept, bytes("max-used-space", most));
    var unused = bytes("min-free-space", free);
    return backend
        .engine()
        .builds()
        .pruneCache(Filters.parse(filters), kept)
        .map(bytes -> new BuildCachePruned(null, bytes));
  }

  private static long bytes(String name, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return 0;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new InvalidParameter(
          "%s is in bytes and expects an integer, got %s: strconv.Atoi: %s"
              .formatted(name, text, GoNumbers.failure(text)),
          e);
    }
  }
}
