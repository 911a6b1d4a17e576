package io.layerd.engine;

import io.layerd.buildkit.BuildKit;
import io.layerd.buildkit.StreamedBuild;
import io.layerd.image.Cancel;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import io.smallrye.mutiny.Uni;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Hands connections to BuildKit's services; each call has a thread of its own already. */
record KitBuilds(BuildKit kit) implements BuildKitCommands {
  @Override
  public RpcService control(Predicate<String> allowed) {
    return kit.control(allowed);
  }

  @Override
  public Uni<Optional<String>> build(
      StreamedBuild build, @Nullable InputStream body, StreamedBuild.Trace trace) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Cancel gone = new Cancel();
              AtomicReference<@Nullable String> image = new AtomicReference<>();
              return Unis.onPlatformThread(
                      "build", () -> image.set(kit.build(build, body, trace, gone)))
                  .map(_ -> Optional.ofNullable(image.get()))
                  .onCancellation()
                  .invoke(gone::cancelAside);
            });
  }

  @Override
  public Uni<String> squash(String image) {
    return Uni.createFrom()
        .deferred(
            () -> {
              AtomicReference<String> made = new AtomicReference<>(image);
              return Unis.onPlatformThread("build squash", () -> made.set(kit.squash(image)))
                  .map(_ -> made.get());
            });
  }

  @Override
  public Uni<Void> upload(String build, InputStream body) {
    return Unis.onPlatformThread("build context", () -> kit.upload(build, body));
  }

  @Override
  public void cancel(String build) {
    kit.cancel(build);
  }

  @Override
  public void session(String id, String sharedKey, List<String> methods, RpcPeer peer) {
    kit.session(id, sharedKey, methods, peer);
  }
}
