package io.layerd.rpc;

import org.jspecify.annotations.Nullable;

/** One call, seen from either side. Messages go both ways; methods block. */
public interface RpcStream {
  /**
   * @return null once the other side sends no more
   * @throws RpcException if the call has failed or was cancelled
   */
  byte @Nullable [] receive() throws RpcException, InterruptedException;

  /** Waits while the other side is slow. */
  void send(byte[] message) throws RpcException, InterruptedException;

  /** Says that no more is sent. */
  void closeSend();

  /** Ends the call at once, from any thread. */
  void cancel();
}
