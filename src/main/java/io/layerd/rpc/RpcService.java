package io.layerd.rpc;

/** Serves calls, each on a thread of its own. */
@FunctionalInterface
public interface RpcService {
  /**
   * Serves one call; it ends well on return.
   *
   * @throws RpcException is what the caller gets
   */
  void serve(RpcCall call) throws RpcException, InterruptedException;
}
