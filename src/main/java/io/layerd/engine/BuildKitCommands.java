package io.layerd.engine;

import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import java.util.List;
import java.util.function.Predicate;

/** Builds for clients that speak BuildKit's protocol. */
public interface BuildKitCommands {
  /**
   * What a client may call.
   *
   * @param allowed names of images that builds may stand on
   */
  RpcService control(Predicate<String> allowed);

  /**
   * A client offers its files, credentials and secrets to its builds.
   *
   * @param id by which a build names the session
   * @param sharedKey the same for builds from the same directory; may be empty
   * @param methods what the client serves
   */
  void session(String id, String sharedKey, List<String> methods, RpcPeer peer);
}
