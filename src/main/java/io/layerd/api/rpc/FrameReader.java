package io.layerd.api.rpc;

import io.layerd.rpc.RpcException;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts messages together (gRPC over HTTP/2: a flag byte, four bytes of length, the message). */
final class FrameReader {
  static final int HEAD_BYTES = 5;
  private static final int MOST_BYTES = 32 << 20;

  private byte[] head = new byte[HEAD_BYTES];
  private int headFilled;
  private byte[] body = new byte[0];
  private int bodyFilled;

  /** Takes bytes in; the messages that are whole now. */
  List<byte[]> add(ByteBuf bytes) throws RpcException {
    List<byte[]> whole = new ArrayList<>();
    while (bytes.isReadable()) {
      if (headFilled < HEAD_BYTES) {
        int n = Math.min(HEAD_BYTES - headFilled, bytes.readableBytes());
        bytes.readBytes(head, headFilled, n);
        headFilled += n;
        if (headFilled < HEAD_BYTES) {
          break;
        }
        body = new byte[length()];
        bodyFilled = 0;
      }
      int n = Math.min(body.length - bodyFilled, bytes.readableBytes());
      bytes.readBytes(body, bodyFilled, n);
      bodyFilled += n;
      if (bodyFilled == body.length) {
        whole.add(body);
        headFilled = 0;
      }
    }
    return whole;
  }

  private int length() throws RpcException {
    if (head[0] != 0) {
      throw new RpcException(RpcException.UNIMPLEMENTED, "compressed messages are not supported");
    }
    int length =
        (head[1] & 0xff) << 24 | (head[2] & 0xff) << 16 | (head[3] & 0xff) << 8 | head[4] & 0xff;
    if (length < 0 || length > MOST_BYTES) {
      throw new RpcException(RpcException.INTERNAL, "a message of " + length + " bytes");
    }
    return length;
  }

  /** A message as it is sent. */
  static byte[] frame(byte[] message) {
    byte[] framed = new byte[HEAD_BYTES + message.length];
    framed[1] = (byte) (message.length >>> 24);
    framed[2] = (byte) (message.length >>> 16);
    framed[3] = (byte) (message.length >>> 8);
    framed[4] = (byte) message.length;
    System.arraycopy(message, 0, framed, HEAD_BYTES, message.length);
    return framed;
  }

  /** Forgets a message that is half there. */
  void clear() {
    body = new byte[0];
    Arrays.fill(head, (byte) 0);
    headFilled = 0;
  }
}
