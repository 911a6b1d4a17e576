package io.layerd.rpc;

/** A call that is served here. */
public interface RpcCall extends RpcStream {
  /** {@code /package.Service/Method}. */
  String method();

  /** A header of the call; empty if it is absent. */
  String header(String name);

  /** Runs the action when the caller has gone, at once if it already has. */
  void onCancel(Runnable action);
}
