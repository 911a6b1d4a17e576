package io.layerd.buildkit;

import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** What a client uploads, as a stream. */
final class UploadStream extends InputStream {
  private final RpcStream stream;
  private final int field;
  private byte[] piece = new byte[0];
  private int at;

  UploadStream(RpcStream stream) {
    this(stream, 1);
  }

  /**
   * @param field of the messages that holds the bytes
   */
  UploadStream(RpcStream stream, int field) {
    this.stream = stream;
    this.field = field;
    stream.closeSend();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      while (at == piece.length) {
        byte[] message = stream.receive();
        if (message == null) {
          return -1;
        }
        piece = WireMessage.parse(message).bytes(field);
        at = 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    int n = Math.min(length, piece.length - at);
    System.arraycopy(piece, at, target, offset, n);
    at += n;
    return n;
  }

  @Override
  public void close() {
    stream.cancel();
  }
}
