package io.layerd.rpc;

import java.io.IOException;

/** A call that failed, with gRPC's code. */
public final class RpcException extends IOException {
  public static final int CANCELLED = 1;
  public static final int UNKNOWN = 2;
  public static final int INVALID_ARGUMENT = 3;
  public static final int NOT_FOUND = 5;
  public static final int ALREADY_EXISTS = 6;
  public static final int UNIMPLEMENTED = 12;
  public static final int INTERNAL = 13;
  public static final int UNAVAILABLE = 14;
  private static final long serialVersionUID = 1L;

  private final int code;
  private final byte[] details;

  public RpcException(int code, String message) {
    this(code, message, new byte[0]);
  }

  /**
   * @param details a {@code google.rpc.Status} for {@code grpc-status-details-bin}; may be empty
   */
  public RpcException(int code, String message, byte[] details) {
    super(message);
    this.code = code;
    this.details = details.clone();
  }

  public int code() {
    return code;
  }

  public byte[] details() {
    return details.clone();
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
