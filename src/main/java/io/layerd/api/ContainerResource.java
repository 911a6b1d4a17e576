package io.layerd.api;

import io.layerd.api.model.ChangeItem;
import io.layerd.api.model.ContainerInspect;
import io.layerd.api.model.ContainersPruned;
import io.layerd.api.model.CreateBody;
import io.layerd.api.model.Created;
import io.layerd.api.model.IdAnswer;
import io.layerd.api.model.TopAnswer;
import io.layerd.api.model.WarningsAnswer;
import io.layerd.container.CreateRequest;
import io.layerd.container.ExecConfig;
import io.layerd.container.ListQuery;
import io.layerd.error.InvalidParameter;
import io.layerd.spec.ContainerConfig;
import io.layerd.spec.HostConfig;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Containers; what streams is in {@code api.stream}. */
@Path("/containers")
@Produces(MediaType.APPLICATION_JSON)
public class ContainerResource {
  private static final JsonLine NULL = new JsonLine(new byte[] {'n', 'u', 'l', 'l', '\n'});

  private final Backend backend;
  private final ContainerList list = new ContainerList();

  ContainerResource(Backend backend) {
    this.backend = backend;
  }

  /** POST /containers/create: 201, 400, 404 without the image, 409 if the name is taken. */
  @POST
  @Path("create")
  public Uni<RestResponse<Created>> create(
      byte[] body,
      @RestHeader("Content-Type") @Nullable String contentType,
      @RestQuery @Nullable String name,
      @RestQuery @Nullable String platform) {
    CreateBody beside = JsonBody.read(body, contentType, CreateBody.class);
    CreateRequest request =
        new CreateRequest(
            name == null || name.isEmpty() ? null : name,
            PlatformText.parse(platform),
            JsonBody.isEmptyObject(body)
                ? null
                : JsonBody.read(body, contentType, ContainerConfig.class),
            beside.host(),
            beside.networking());
    return backend
        .engine()
        .containers()
        .create(request)
        .map(
            created ->
                RestResponse.status(
                    RestResponse.Status.CREATED, new Created(created.id(), created.warnings())));
  }

  /** GET /containers/json. */
  @GET
  @Path("json")
  public Uni<JsonLine> list(
      @RestQuery @Nullable String all,
      @RestQuery @Nullable String size,
      @RestQuery @Nullable String limit,
      @RestQuery @Nullable String filters,
      @RestHeader(ApiVersion.HEADER) String version) {
    Integer most = Params.number(limit);
    int minor = ApiVersion.parse(version).minor();
    ListQuery query =
        new ListQuery(
            Params.bool(all), most == null ? 0 : most, Params.bool(size), Filters.parse(filters));
    return backend
        .engine()
        .containers()
        .list(query)
        .map(containers -> new JsonLine(list.json(containers, Instant.now(), minor)));
  }

  /** GET /containers/{id}/json: 200, 404. */
  @GET
  @Path("{id}/json")
  public Uni<ContainerInspect> inspect(@RestPath String id, @RestQuery @Nullable String size) {
    return backend.engine().containers().inspect(id, Params.bool(size)).map(ContainerInspect::of);
  }

  /** POST /containers/{id}/start: 204, 304 if it runs, 404. */
  @POST
  @Path("{id}/start")
  public Uni<RestResponse<Void>> start(
      @RestPath String id,
      @RestQuery @Nullable String checkpoint,
      @RestQuery("checkpoint-dir") @Nullable String checkpointDirectory) {
    String name = checkpoint == null ? "" : checkpoint;
    String directory = checkpointDirectory == null ? "" : checkpointDirectory;
    if (!name.isEmpty() && !backend.facts().experimental()) {
      throw new InvalidParameter("checkpoint is only supported in experimental mode");
    }
    return done(backend.engine().containers().start(id, name, directory));
  }

  /** POST /containers/{id}/stop: 204, 304 if it does not run, 404. */
  @POST
  @Path("{id}/stop")
  public Uni<RestResponse<Void>> stop(
      @RestPath String id, @RestQuery @Nullable String signal, @RestQuery @Nullable String t) {
    return done(backend.engine().containers().stop(id, orNull(signal), Params.number(t)));
  }

  /** POST /containers/{id}/restart: 204, 404. */
  @POST
  @Path("{id}/restart")
  public Uni<RestResponse<Void>> restart(
      @RestPath String id, @RestQuery @Nullable String signal, @RestQuery @Nullable String t) {
    return done(backend.engine().containers().restart(id, orNull(signal), Params.number(t)));
  }

  /** POST /containers/{id}/kill: 204, 404, 409 if it does not run. */
  @POST
  @Path("{id}/kill")
  public Uni<RestResponse<Void>> kill(@RestPath String id, @RestQuery @Nullable String signal) {
    return done(backend.engine().containers().kill(id, orNull(signal)));
  }

  /** POST /containers/{id}/pause: 204, 404, 409. */
  @POST
  @Path("{id}/pause")
  public Uni<RestResponse<Void>> pause(@RestPath String id) {
    return done(backend.engine().containers().pause(id));
  }

  /** POST /containers/{id}/unpause: 204, 404, 409. */
  @POST
  @Path("{id}/unpause")
  public Uni<RestResponse<Void>> unpause(@RestPath String id) {
    return done(backend.engine().containers().unpause(id));
  }

  /** DELETE /containers/{id}: 204, 404, 409 if it runs. */
  @DELETE
  @Path("{id}")
  public Uni<RestResponse<Void>> remove(
      @RestPath String id,
      @RestQuery @Nullable String force,
      @RestQuery("v") @Nullable String volumes,
      @RestQuery @Nullable String link) {
    if (Params.bool(link)) {
      return done(backend.engine().containers().removeLink(id));
    }
    return done(backend.engine().containers().remove(id, Params.bool(force), Params.bool(volumes)));
  }

  /** POST /containers/{id}/rename: 204, 404, 409. */
  @POST
  @Path("{id}/rename")
  public Uni<RestResponse<Void>> rename(@RestPath String id, @RestQuery @Nullable String name) {
    if (name == null || name.isEmpty()) {
      throw new InvalidParameter("Neither old nor new names may be empty");
    }
    return done(backend.engine().containers().rename(id, name));
  }

  /** POST /containers/{id}/resize: 200, 400, 404, 409 if it does not run. */
  @POST
  @Path("{id}/resize")
  public Uni<RestResponse<Void>> resize(
      @RestPath String id,
      @RestQuery("h") @Nullable String height,
      @RestQuery("w") @Nullable String width) {
    int rows = Params.dimension(height, "height");
    int columns = Params.dimension(width, "width");
    return backend.engine().containers().resize(id, rows, columns).map(_ -> RestResponse.ok());
  }

  /** GET /containers/{id}/top: 200, 404, 409 if it does not run. */
  @GET
  @Path("{id}/top")
  public Uni<TopAnswer> top(@RestPath String id, @RestQuery("ps_args") @Nullable String arguments) {
    return backend
        .engine()
        .containers()
        .top(id, arguments == null ? "" : arguments)
        .map(top -> new TopAnswer(top.processes(), top.titles()));
  }

  /** POST /containers/{id}/update: 200, 400, 404, 409. */
  @POST
  @Path("{id}/update")
  public Uni<WarningsAnswer> update(
      @RestPath String id, byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    HostConfig changes =
        JsonBody.read(
            body.length == 0 ? new byte[] {'{', '}'} : body, contentType, HostConfig.class);
    return backend
        .engine()
        .containers()
        .update(id, changes)
        .map(warnings -> new WarningsAnswer(warnings.isEmpty() ? null : warnings));
  }

  /** GET /containers/{id}/changes: null if there are none, as dockerd has it. */
  @GET
  @Path("{id}/changes")
  public Uni<JsonLine> changes(@RestPath String id) {
    return backend
        .engine()
        .files()
        .changes(id)
        .map(
            all ->
                all.isEmpty()
                    ? NULL
                    : new JsonLine(ErrorAnswer.json(all.stream().map(ChangeItem::of).toList())));
  }

  /** POST /containers/prune. */
  @POST
  @Path("prune")
  public Uni<ContainersPruned> prune(@RestQuery @Nullable String filters) {
    return backend
        .engine()
        .containers()
        .prune(Filters.parse(filters))
        .map(
            pruned ->
                new ContainersPruned(
                    pruned.removed().isEmpty() ? null : pruned.removed(), pruned.reclaimedBytes()));
  }

  /** POST /containers/{id}/exec: 201, 404, 409 if it does not run. */
  @POST
  @Path("{id}/exec")
  public Uni<RestResponse<IdAnswer>> exec(
      @RestPath String id, byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    ExecConfig config = JsonBody.readOrNull(body, contentType, ExecConfig.class);
    if (config == null || config.cmd() == null || config.cmd().isEmpty()) {
      throw new InvalidParameter("No exec command specified");
    }
    return backend
        .engine()
        .execs()
        .create(id, config)
        .map(exec -> RestResponse.status(RestResponse.Status.CREATED, new IdAnswer(exec)));
  }

  private static Uni<RestResponse<Void>> done(Uni<Void> work) {
    return work.map(_ -> RestResponse.noContent());
  }

  private static @Nullable String orNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
