package io.layerd.api;

import io.layerd.api.model.AuthAnswer;
import io.layerd.api.model.AuthBody;
import io.layerd.api.model.DiskUsageAnswer;
import io.layerd.api.model.InfoAnswer;
import io.layerd.image.ImageService.LoginRequest;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.jboss.resteasy.reactive.RestHeader;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** What the daemon and its host are. */
@Path("/")
@Produces(MediaType.APPLICATION_JSON)
public class SystemResource {
  private final Backend backend;
  private final VersionPage versionPage = new VersionPage();

  SystemResource(Backend backend) {
    this.backend = backend;
  }

  /** GET /version. */
  @GET
  @Path("version")
  public Uni<JsonLine> version() {
    return Uni.createFrom()
        .item(() -> versionPage.line(backend.facts(), backend.engine().system().runtime()));
  }

  /** GET /info. */
  @GET
  @Path("info")
  public Uni<InfoAnswer> info(@RestHeader(ApiVersion.HEADER) String version) {
    return backend
        .engine()
        .system()
        .info()
        .map(info -> InfoPage.of(info, backend.facts(), ApiVersion.parse(version)));
  }

  /** GET /system/df. */
  @GET
  @Path("system/df")
  public Uni<DiskUsageAnswer> diskUsage(
      @RestQuery("type") @Nullable List<String> types,
      @RestHeader(ApiVersion.HEADER) String version) {
    return backend
        .engine()
        .system()
        .diskUsage(UsageTypes.parse(types))
        .map(usage -> DiskUsageAnswer.of(usage, Instant.now(), ApiVersion.parse(version).minor()));
  }

  /** POST /auth: 200 if the registry takes the credentials. */
  @POST
  @Path("auth")
  public Uni<AuthAnswer> auth(
      byte[] body, @RestHeader("Content-Type") @Nullable String contentType) {
    AuthBody config = JsonBody.read(body, contentType, AuthBody.class);
    return backend
        .engine()
        .images()
        .login(new LoginRequest(config.serverAddress(), RegistryAuth.of(config)))
        .map(_ -> new AuthAnswer("", "Login Succeeded"));
  }
}
