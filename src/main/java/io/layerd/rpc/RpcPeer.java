package io.layerd.rpc;

import java.util.List;
import java.util.Map;

/** The other end of a connection, which serves calls. */
public interface RpcPeer {
  /**
   * Begins a call.
   *
   * @param method {@code /package.Service/Method}
   * @throws RpcException if the connection is gone
   */
  RpcStream open(String method, Map<String, List<String>> headers)
      throws RpcException, InterruptedException;

  /** Runs the action when the connection has gone, at once if it already has. */
  void onClose(Runnable action);

  /** Ends the connection. */
  void close();

  /** A call of one message, answered by one. */
  default WireMessage call(String method, WireWriter request)
      throws RpcException, InterruptedException {
    RpcStream stream = open(method, Map.of());
    stream.send(request.toBytes());
    stream.closeSend();
    byte[] answer = stream.receive();
    if (answer == null) {
      throw new RpcException(RpcException.INTERNAL, "no answer to " + method);
    }
    return WireMessage.parse(answer);
  }
}
