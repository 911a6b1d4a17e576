package io.layerd.engine;

import io.layerd.buildkit.BuildKit;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import java.util.List;
import java.util.function.Predicate;

/** Hands connections to BuildKit's services; each call has a thread of its own already. */
record KitBuilds(BuildKit kit) implements BuildKitCommands {
  @Override
  public RpcService control(Predicate<String> allowed) {
    return kit.control(allowed);
  }

  @Override
  public void session(String id, String sharedKey, List<String> methods, RpcPeer peer) {
    kit.session(id, sharedKey, methods, peer);
  }
}
