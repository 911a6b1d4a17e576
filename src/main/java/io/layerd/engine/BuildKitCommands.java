package io.layerd.engine;

import io.layerd.buildkit.StreamedBuild;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Builds for clients that speak BuildKit's protocol. */
public interface BuildKitCommands {
  /**
   * What a client may call.
   *
   * @param allowed names of images that builds may stand on
   */
  RpcService control(Predicate<String> allowed);

  /**
   * Builds for a client without the buildx plugin; cancelling cancels the build.
   *
   * @param body the context; null if it is elsewhere
   * @return the ID of the image, if one was kept
   */
  Uni<Optional<String>> build(
      StreamedBuild build, @Nullable InputStream body, StreamedBuild.Trace trace);

  /**
   * Makes an image with one layer of one that was built.
   *
   * @return its ID
   */
  Uni<String> squash(String image);

  /** A client sends the context of such a build; done when the build wants no more of it. */
  Uni<Void> upload(String build, InputStream body);

  /** Ends such a build, if it is under way. */
  void cancel(String build);

  /**
   * A client offers its files, credentials and secrets to its builds.
   *
   * @param id by which a build names the session
   * @param sharedKey the same for builds from the same directory; may be empty
   * @param methods what the client serves
   */
  void session(String id, String sharedKey, List<String> methods, RpcPeer peer);
}
