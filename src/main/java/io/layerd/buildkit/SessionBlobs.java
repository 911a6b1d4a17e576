package io.layerd.buildkit;

import io.layerd.image.CacheArchive;
import io.layerd.oci.Descriptor;
import io.layerd.oci.Digest;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A directory of a client with blobs in it, which the client serves as containerd's content. */
final class SessionBlobs implements CacheArchive.BlobStore {
  private static final String SERVICE = "/containerd.services.content.v1.Content/";
  private static final int PIECE_BYTES = 512 * 1024;
  private static final int WRITE = 1;
  private static final int COMMIT = 2;

  private final Session session;
  private final Map<String, List<String>> headers;

  /**
   * @param name of the directory, between client and builder
   */
  SessionBlobs(Session session, String name) {
    this.session = session;
    headers = Map.of("buildkit-attachable-store-id", List.of(name));
  }

  private RpcStream open(String method) throws IOException, InterruptedException {
    if (!session.offers(SERVICE + method)) {
      throw new IOException("the client offers no blobs");
    }
    return session.peer().open(SERVICE + method, headers);
  }

  @Override
  public InputStream read(Digest digest) throws IOException {
    try {
      RpcStream stream = open("Read");
      stream.send(new WireWriter().text(1, digest.toString()).toBytes());
      return new UploadStream(stream, 2);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  @Override
  public Descriptor write(String mediaType, InputStream content) throws IOException {
    String name = "layerd-" + UUID.randomUUID();
    MessageDigest digest = sha256();
    long written = 0;
    try {
      RpcStream stream = open("Write");
      try {
        byte[] buffer = new byte[PIECE_BYTES];
        int read = content.readNBytes(buffer, 0, PIECE_BYTES);
        while (read > 0) {
          digest.update(buffer, 0, read);
          byte[] piece = read == PIECE_BYTES ? buffer : Arrays.copyOf(buffer, read);
          ask(stream, request(WRITE, name, written).bytes(6, piece));
          written += read;
          read = content.readNBytes(buffer, 0, PIECE_BYTES);
        }
        Digest whole = Digest.parse("sha256:" + HexFormat.of().formatHex(digest.digest()));
        commit(stream, request(COMMIT, name, written).number(3, written).text(4, whole.toString()));
        return new Descriptor(mediaType, whole, written, null, null);
      } finally {
        stream.cancel();
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static WireWriter request(int action, String name, long offset) {
    return new WireWriter().number(1, action).text(2, name).number(5, offset);
  }

  private static void ask(RpcStream stream, WireWriter request)
      throws IOException, InterruptedException {
    stream.send(request.toBytes());
    byte[] answer = stream.receive();
    if (answer == null) {
      throw new IOException("the client takes no more");
    }
    var unused = WireMessage.parse(answer);
  }

  /** What the client has already is as good. */
  private static void commit(RpcStream stream, WireWriter request)
      throws IOException, InterruptedException {
    try {
      ask(stream, request);
      stream.closeSend();
    } catch (RpcException e) {
      if (e.code() != RpcException.ALREADY_EXISTS) {
        throw e;
      }
    }
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
