package io.layerd.buildkit;

import io.layerd.archive.DirectoryArchive;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireWriter;
import io.layerd.sys.Sys;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** Sends an archive to a client. */
final class TarSender extends OutputStream {
  private static final int PIECE_BYTES = 32 * 1024;

  private final RpcStream stream;
  private long bytes;

  private TarSender(RpcStream stream) {
    this.stream = stream;
  }

  /** Writes the archive. */
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** The same for a directory. */
  static long send(Sys sys, Path root, RpcStream stream) throws RpcException, InterruptedException {
    return send(out -> DirectoryArchive.writeAll(sys, root, out), stream);
  }

  /**
   * Blocks until the client has it.
   *
   * @return bytes sent
   */
  static long send(Content content, RpcStream stream) throws RpcException, InterruptedException {
    TarSender sender = new TarSender(stream);
    try (OutputStream out = new BufferedOutputStream(sender, PIECE_BYTES)) {
      content.writeTo(out);
      out.flush();
      stream.closeSend();
      while (stream.receive() != null) {
        // nothing is expected but the end
      }
      return sender.bytes;
    } catch (RpcException e) {
      throw e;
    } catch (IOException e) {
      throw new RpcException(RpcException.INTERNAL, "cannot send the archive: " + e.getMessage());
    } finally {
      stream.cancel();
    }
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] data, int offset, int length) throws IOException {
    for (int at = 0; at < length; at += PIECE_BYTES) {
      int size = Math.min(PIECE_BYTES, length - at);
      byte[] piece = Arrays.copyOfRange(data, offset + at, offset + at + size);
      try {
        stream.send(new WireWriter().bytes(1, piece).toBytes());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
    bytes += length;
  }
}
