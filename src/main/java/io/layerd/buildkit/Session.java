package io.layerd.buildkit;

import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcStream;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A client that offers something to its builds.
 *
 * @param methods what it serves: {@code /package.Service/Method}
 */
record Session(String id, String sharedKey, Set<String> methods, RpcPeer peer) {
  /** Of a build that nobody offers anything to. */
  static final Session NONE = new Session("", "", Set.of(), new Nobody());

  private static final class Nobody implements RpcPeer {
    @Override
    public RpcStream open(String method, Map<String, List<String>> headers) throws RpcException {
      throw new RpcException(RpcException.UNAVAILABLE, "the build has no session");
    }

    @Override
    public void onClose(Runnable action) {
      // it is not there, and does not go
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  Session {
    methods = Set.copyOf(methods);
  }

  boolean offers(String method) {
    return methods.contains(method);
  }
}
