package io.layerd.buildkit;

import io.layerd.build.Builder;
import io.layerd.image.ImageService;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.oci.Digest;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Serves clients of BuildKit. */
public final class BuildKit {
  private final Sessions sessions = new Sessions();
  private final Solves solves = new Solves();
  private final DockerfileSolve dockerfiles;
  private final Solver solver;
  private final StreamedBuilds streamed;
  private final CachePruning caches;
  private final Worker worker;
  private final BuildHistory history;
  private final Builder builder;

  /**
   * @param place what tells this daemon from others of the host
   * @param version of the daemon
   * @param hostGateways the addresses that {@code host-gateway} stands for
   */
  public BuildKit(
      Builder builder,
      ImageService images,
      String place,
      String version,
      Supplier<List<String>> hostGateways) {
    this.builder = builder;
    history = new BuildHistory(images);
    dockerfiles = new DockerfileSolve(builder, images, sessions);
    Outputs outputs = new Outputs(builder, images, sessions);
    solver = new Solver(solves, outputs, new CacheExports(images, sessions));
    streamed = new StreamedBuilds(solves, sessions, solver, dockerfiles);
    caches = new CachePruning(builder.caches(), builder.kept());
    String id = Digest.of(place.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 25);
    worker = new Worker(id, version, hostGateways);
  }

  /** A client offers files, credentials and secrets; it ends with its connection. */
  public void session(String id, String sharedKey, List<String> methods, RpcPeer peer) {
    sessions.add(new Session(id, sharedKey, Set.copyOf(methods), peer));
  }

  /**
   * What a client may call.
   *
   * @param allowed images that builds may stand on
   */
  public RpcService control(Predicate<String> allowed) {
    Gateway gateway = new Gateway(solves, dockerfiles, worker);
    return new Control(solves, gateway, dockerfiles, solver, caches, worker, history, allowed);
  }

  /**
   * Runs a build for a client without the buildx plugin; blocks until everything was shown.
   *
   * @param body the context; null if it is elsewhere
   * @return the ID of the image; null if none was kept
   * @throws io.layerd.error.SystemFailure in BuildKit's words if it fails
   */
  public @Nullable String build(
      StreamedBuild build,
      @Nullable InputStream body,
      StreamedBuild.Trace trace,
      Cancellation client)
      throws InterruptedException {
    return streamed.run(build, body, trace, client);
  }

  /** Makes an image with one layer of one that was built, and returns its ID. */
  public String squash(String image) {
    return builder.squash(Digest.parse(image)).toString();
  }

  /** A client sends the context of a build; blocks until the build wants no more of it. */
  public void upload(String build, InputStream body) throws InterruptedException {
    streamed.uploads().offer(build, body);
  }

  /** Ends a build, if it is under way. */
  public void cancel(String build) {
    streamed.cancel(build);
  }

  /** What cache mounts keep. */
  public CachePruning caches() {
    return caches;
  }
}
