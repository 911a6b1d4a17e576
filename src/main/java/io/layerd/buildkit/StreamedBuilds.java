package io.layerd.buildkit;

import io.layerd.error.SystemFailure;
import io.layerd.image.ImageService.Cancellation;
import io.layerd.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Builds whose progress is the answer of one request. */
final class StreamedBuilds {
  private static final Set<String> OUTPUTS = Set.of("moby", "local", "tar");
  private static final Logger LOG = Logger.getLogger(StreamedBuilds.class);
  private static final String NETWORK = "force-network-mode";
  private static final Set<String> NETWORKS = Set.of("host", "none");
  private static final String CONFIG = "containerimage.config.digest";

  private final Solves solves;
  private final Solver solver;
  private final DockerfileSolve dockerfiles;
  private final Sessions sessions;
  private final Uploads uploads = new Uploads();

  StreamedBuilds(Solves solves, Sessions sessions, Solver solver, DockerfileSolve dockerfiles) {
    this.solves = solves;
    this.sessions = sessions;
    this.solver = solver;
    this.dockerfiles = dockerfiles;
  }

  Uploads uploads() {
    return uploads;
  }

  /** Ends a build, if it is under way. */
  void cancel(String id) {
    Solve solve = solves.find(id);
    if (solve != null) {
      solve.cancellation().cancelAside();
    }
  }

  /**
   * Runs a build; blocks until everything it said was shown.
   *
   * @param body the context; null if it is elsewhere
   * @return the ID of the image; null if none was kept
   */
  @Nullable String run(
      StreamedBuild build,
      @Nullable InputStream body,
      StreamedBuild.Trace trace,
      Cancellation client)
      throws InterruptedException {
    Solve solve = solve(build, body);
    client.onCancel(solve.cancellation()::cancel);
    Thread shown =
        Thread.ofPlatform().daemon().name("build progress").start(() -> show(solve, trace));
    try {
      Map<String, String> told =
          solver.run(solve, () -> outputs(build), () -> dockerfiles.run(solve, build.options()));
      return told.get(CONFIG);
    } catch (RpcException e) {
      boolean cancelled = solve.cancellation().cancelled();
      throw new SystemFailure(cancelled ? "context canceled" : e.text(), e);
    } finally {
      solve.log().end();
      shown.join();
    }
  }

  private Solve solve(StreamedBuild build, @Nullable InputStream body) {
    String id = build.id().isEmpty() ? UUID.randomUUID().toString() : build.id();
    List<CacheOptions.Entry> exports =
        build.inlineCache() ? List.of(new CacheOptions.Entry("inline", Map.of())) : List.of();
    return new Solve(
        id,
        build.session(),
        build.entitlements(),
        build.allowed(),
        new CacheOptions(List.of(), exports),
        () -> body == null ? uploads.take(id) : body);
  }

  private List<Outputs.Wanted> outputs(StreamedBuild build)
      throws RpcException, InterruptedException {
    // a client that is refused before its session is there never ends
    Session there = sessions.await(build.session());
    LOG.debugf("a build of session %s", there.id());
    String network = build.options().getOrDefault(NETWORK, "none");
    if (!NETWORKS.contains(network)) {
      throw new RpcException(
          RpcException.UNKNOWN, "network mode \"" + network + "\" not supported by buildkit");
    }
    if (build.outputs().size() > 1) {
      throw new RpcException(RpcException.UNKNOWN, "multiple outputs not supported");
    }
    for (StreamedBuild.Output output : build.outputs()) {
      if (!OUTPUTS.contains(output.type())) {
        throw new RpcException(
            RpcException.UNKNOWN, "exporter \"" + output.type() + "\" could not be found");
      }
    }
    return build.outputs().stream()
        .map(output -> new Outputs.Wanted(output.type(), output.attributes()))
        .toList();
  }

  private static void show(Solve solve, StreamedBuild.Trace trace) {
    try {
      solve.log().follow(trace::show);
    } catch (IOException e) {
      solve.cancellation().cancel(); // nobody is left to be shown anything
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
