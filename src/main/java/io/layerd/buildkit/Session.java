package io.layerd.buildkit;

import io.layerd.rpc.RpcPeer;
import java.util.Set;

/**
 * A client that offers something to its builds.
 *
 * @param methods what it serves: {@code /package.Service/Method}
 */
record Session(String id, String sharedKey, Set<String> methods, RpcPeer peer) {
  Session {
    methods = Set.copyOf(methods);
  }

  boolean offers(String method) {
    return methods.contains(method);
  }
}
