package io.layerd.buildkit;

import io.layerd.build.ClientSide;
import io.layerd.error.SystemFailure;
import io.layerd.registry.RegistryCredentials;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A client's secrets, SSH agents and credentials, asked for through its session. */
final class SessionClient implements ClientSide {
  private static final Logger LOG = Logger.getLogger(SessionClient.class);
  private static final String SECRET = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
  private static final String CHECK_AGENT = "/moby.sshforward.v1.SSH/CheckAgent";
  private static final String FORWARD_AGENT = "/moby.sshforward.v1.SSH/ForwardAgent";
  private static final String CREDENTIALS = "/moby.filesync.v1.Auth/Credentials";
  private static final int PIECE_BYTES = 32 * 1024;

  private final Session session;
  private final Set<String> entitlements;

  SessionClient(Session session, Set<String> entitlements) {
    this.session = session;
    this.entitlements = Set.copyOf(entitlements);
  }

  @Override
  public boolean allows(String entitlement) {
    return entitlements.contains(entitlement);
  }

  private @Nullable WireMessage ask(String method, WireWriter request) {
    if (!session.offers(method)) {
      return null;
    }
    try {
      return session.peer().call(method, request);
    } catch (RpcException e) {
      if (e.code() == RpcException.NOT_FOUND || e.code() == RpcException.UNIMPLEMENTED) {
        return null;
      }
      throw new SystemFailure("the client did not answer: " + e.text(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SystemFailure("interrupted while the client was asked", e);
    }
  }

  @Override
  public byte @Nullable [] secret(String id) {
    WireMessage answer = ask(SECRET, new WireWriter().text(1, id));
    return answer == null ? null : answer.bytes(1);
  }

  @Override
  public boolean hasAgent(String id) {
    if (!session.offers(FORWARD_AGENT)) {
      return false;
    }
    try {
      var unused = session.peer().call(CHECK_AGENT, new WireWriter().text(1, id));
      return true;
    } catch (RpcException e) {
      return false; // "unset ssh forward key"
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void forwardAgent(String id, SocketChannel connection) {
    try (connection) {
      RpcStream stream = session.peer().open(FORWARD_AGENT, Map.of("buildkit.ssh.id", List.of(id)));
      Thread back =
          Thread.ofPlatform().daemon().name("ssh answers").start(() -> answers(stream, connection));
      try {
        requests(stream, connection);
        back.join();
      } finally {
        stream.cancel();
      }
    } catch (IOException e) {
      LOG.debugf("an SSH agent's connection ended: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void requests(RpcStream stream, SocketChannel connection)
      throws IOException, InterruptedException {
    ByteBuffer buffer = ByteBuffer.allocate(PIECE_BYTES);
    while (connection.read(buffer.clear()) >= 0) {
      byte[] piece = new byte[buffer.flip().remaining()];
      buffer.get(piece);
      stream.send(new WireWriter().bytes(1, piece).toBytes());
    }
    stream.closeSend();
  }

  private static void answers(RpcStream stream, SocketChannel connection) {
    try {
      while (true) {
        byte[] message = stream.receive();
        if (message == null) {
          break;
        }
        ByteBuffer piece = ByteBuffer.wrap(WireMessage.parse(message).bytes(1));
        while (piece.hasRemaining()) {
          connection.write(piece);
        }
      }
      connection.shutdownOutput();
    } catch (IOException e) {
      LOG.debugf("an SSH agent's answers ended: %s", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A directory of the client with blobs in it. */
  SessionBlobs blobs(String name) {
    return new SessionBlobs(session, name);
  }

  /** Credentials for a registry, as the client keeps them. */
  RegistryCredentials credentials(String domain) {
    String host = domain.equals("docker.io") ? "registry-1.docker.io" : domain;
    WireMessage answer = ask(CREDENTIALS, new WireWriter().text(1, host));
    if (answer == null || answer.text(2).isEmpty()) {
      return RegistryCredentials.ANONYMOUS;
    }
    String user = answer.text(1);
    String secret = answer.text(2);
    // without a name it is an identity token (docker login through a browser)
    return user.isEmpty()
        ? new RegistryCredentials(null, null, secret, null)
        : new RegistryCredentials(user, secret, null, null);
  }
}
