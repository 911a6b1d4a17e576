package io.layerd.api;

import io.layerd.api.model.DeletedItem;
import io.layerd.api.model.HistoryItem;
import io.layerd.api.model.ImageInspect;
import io.layerd.api.model.ImageSummary;
import io.layerd.api.model.ImagesPruned;
import io.layerd.api.model.SearchItem;
import io.layerd.error.InvalidParameter;
import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.SearchRequest;
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
 * Images. Their names hold slashes, so a name is all that stands between the prefix and the verb.
 */
@Path("/images")
@Produces(MediaType.APPLICATION_JSON)
public class ImageResource {
  private final Backend backend;

  ImageResource(Backend backend) {
    this.backend = backend;
  }

  /** GET /images/json. */
  @GET
  @Path("json")
  public Uni<List<ImageSummary>> list(
      @RestQuery @Nullable String all,
      @RestQuery("shared-size") @Nullable String sharedSize,
      @RestQuery @Nullable String filters,
      @RestHeader(ApiVersion.HEADER) String version) {
    int minor = ApiVersion.parse(version).minor();
    return backend
        .engine()
        .images()
        .list(Params.bool(all), Params.bool(sharedSize), Filters.parse(filters))
        .map(images -> images.stream().map(image -> ImageSummary.of(image, minor)).toList());
  }

  /** GET /images/search: 200, 400 for a bad limit or filter, 500 if the registry cannot. */
  @GET
  @Path("search")
  public Uni<List<SearchItem>> search(
      @RestQuery @Nullable String term,
      @RestQuery @Nullable String limit,
      @RestQuery @Nullable String filters,
      @RestHeader("X-Registry-Auth") @Nullable String auth) {
    SearchRequest request =
        new SearchRequest(
            term == null ? "" : term,
            limit(limit),
            Filters.parse(filters),
            RegistryAuth.decode(auth));
    return backend
        .engine()
        .images()
        .search(request)
        .map(found -> found.stream().map(SearchItem::of).toList());
  }

  private static int limit(@Nullable String text) {
    try {
      Integer limit = Params.number(text);
      return limit == null ? 0 : limit;
    } catch (SystemFailure e) {
      throw new InvalidParameter("invalid limit specified: " + e.getMessage(), e);
    }
  }

  /** GET /images/{name}/json: 200, 404. */
  @GET
  @Path("{name:.+}/json")
  public Uni<ImageInspect> inspect(
      @RestPath String name, @RestHeader(ApiVersion.HEADER) String version) {
    int minor = ApiVersion.parse(version).minor();
    return backend.engine().images().inspect(name).map(image -> ImageInspect.of(image, minor));
  }

  /** GET /images/{name}/history: 200, 404. */
  @GET
  @Path("{name:.+}/history")
  public Uni<List<HistoryItem>> history(@RestPath String name) {
    return backend
        .engine()
        .images()
        .history(name)
        .map(lines -> lines.stream().map(HistoryItem::of).toList());
  }

  /** POST /images/{name}/tag: 201, 400 for a bad name, 404. */
  @POST
  @Path("{name:.+}/tag")
  public Uni<RestResponse<Void>> tag(
      @RestPath String name, @RestQuery @Nullable String repo, @RestQuery @Nullable String tag) {
    if (repo == null || repo.isEmpty()) {
      throw new InvalidParameter("invalid reference format");
    }
    return backend
        .engine()
        .images()
        .tag(name, repo, tag == null || tag.isEmpty() ? "latest" : tag)
        .map(_ -> RestResponse.status(RestResponse.Status.CREATED));
  }

  /** DELETE /images/{name}: 200, 404, 409 if a container uses it. */
  @DELETE
  @Path("{name:.+}")
  public Uni<List<DeletedItem>> remove(
      @RestPath String name,
      @RestQuery @Nullable String force,
      @RestQuery("noprune") @Nullable String noPrune) {
    return backend
        .engine()
        .images()
        .remove(name, Params.bool(force), !Params.bool(noPrune))
        .map(removed -> removed.stream().map(DeletedItem::of).toList());
  }

  /** POST /images/prune. */
  @POST
  @Path("prune")
  public Uni<ImagesPruned> prune(@RestQuery @Nullable String filters) {
    return backend
        .engine()
        .images()
        .prune(Filters.parse(filters))
        .map(
            pruned -> {
              List<DeletedItem> deleted = pruned.removed().stream().map(DeletedItem::of).toList();
              return new ImagesPruned(deleted.isEmpty() ? null : deleted, pruned.reclaimedBytes());
            });
  }
}
