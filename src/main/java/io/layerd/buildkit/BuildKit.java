package io.layerd.buildkit;

import io.layerd.build.Builder;
import io.layerd.image.ImageService;
import io.layerd.oci.Digest;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Serves clients of BuildKit. */
public final class BuildKit {
  private final Sessions sessions = new Sessions();
  private final Solves solves = new Solves();
  private final DockerfileSolve dockerfiles;
  private final Outputs outputs;
  private final CacheExports exports;
  private final CachePruning caches;
  private final Worker worker;

  /**
   * @param place what tells this daemon from others of the host
   * @param version of the daemon
   */
  public BuildKit(Builder builder, ImageService images, String place, String version) {
    dockerfiles = new DockerfileSolve(builder, images, sessions);
    exports = new CacheExports(images, sessions);
    outputs = new Outputs(builder, images, sessions);
    caches = new CachePruning(builder.caches(), builder.kept());
    String id = Digest.of(place.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 25);
    worker = new Worker(id, version);
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
    return new Control(solves, gateway, dockerfiles, outputs, exports, caches, worker, allowed);
  }

  /** What cache mounts keep. */
  public CachePruning caches() {
    return caches;
  }
}
