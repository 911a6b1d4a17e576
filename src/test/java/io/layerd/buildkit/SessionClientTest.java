package io.layerd.buildkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.registry.RegistryCredentials;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcStream;
import io.layerd.rpc.WireMessage;
import io.layerd.rpc.WireWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What builds ask their client for. */
@Timeout(120) // a lost wake-up is a failure, not a hang
class SessionClientTest {
  private static final String SECRET = "/moby.buildkit.secrets.v1.Secrets/GetSecret";
  private static final String CREDENTIALS = "/moby.filesync.v1.Auth/Credentials";
  private static final String AGENT = "/moby.sshforward.v1.SSH/ForwardAgent";

  @TempDir Path directory = Path.of("/");

  /** Answers each message at once. */
  private static final class Peer implements RpcPeer {
    @Override
    public RpcStream open(String method, Map<String, List<String>> headers) {
      return new Stream(method, headers);
    }

    @Override
    public void onClose(Runnable action) {}

    @Override
    public void close() {}
  }

  private static final class Stream implements RpcStream {
    private static final byte[] LAST = new byte[0];
    private final String method;
    private final Map<String, List<String>> headers;
    private final LinkedBlockingQueue<byte[]> answers = new LinkedBlockingQueue<>();

    Stream(String method, Map<String, List<String>> headers) {
      this.method = method;
      this.headers = headers;
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public byte @Nullable [] receive() throws RpcException, InterruptedException {
      byte[] answer = answers.take();
      return answer == LAST ? null : answer;
    }

    @Override
    public void send(byte[] message) throws RpcException {
      WireMessage request = WireMessage.parse(message);
      WireWriter answer =
          switch (method) {
            case SECRET -> {
              if (!request.text(1).equals("known")) {
                throw new RpcException(RpcException.NOT_FOUND, "not found");
              }
              yield new WireWriter().text(1, "the secret");
            }
            case CREDENTIALS ->
                request.text(1).equals("registry-1.docker.io")
                    ? new WireWriter().text(1, "user").text(2, "password")
                    : new WireWriter();
            default -> new WireWriter().text(1, headers.get("buildkit.ssh.id") + request.text(1));
          };
      answers.add(answer.toBytes());
    }

    @Override
    public void closeSend() {
      answers.add(LAST);
    }

    @Override
    public void cancel() {}
  }

  private static SessionClient client(String... methods) {
    return new SessionClient(
        new Session("id", "", Set.of(methods), new Peer()), Set.of("network.host"));
  }

  @Test
  void secretsAreTheClients() {
    byte[] secret = client(SECRET).secret("known");
    assertThat(secret).isEqualTo("the secret".getBytes(StandardCharsets.UTF_8));
    assertThat(client(SECRET).secret("other")).isNull();
    assertThat(client().secret("known")).isNull();
  }

  @Test
  void credentialsOfDockerHubHaveTheRegistrysName() {
    RegistryCredentials credentials = client(CREDENTIALS).credentials("docker.io");
    assertThat(credentials.username()).isEqualTo("user");
    assertThat(credentials.password()).isEqualTo("password");
    assertThat(client(CREDENTIALS).credentials("example.com"))
        .isEqualTo(RegistryCredentials.ANONYMOUS);
    assertThat(client().credentials("docker.io")).isEqualTo(RegistryCredentials.ANONYMOUS);
  }

  @Test
  void entitlementsAreWhatTheClientGave() {
    assertThat(client().allows("network.host")).isTrue();
    assertThat(client().allows("security.insecure")).isFalse();
  }

  @Test
  void anAgentsConnectionGoesBothWays() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      SocketChannel step = SocketChannel.open(address);
      SocketChannel here = server.accept();
      Thread forwarding =
          Thread.ofPlatform().start(() -> client(AGENT).forwardAgent("default", here));
      step.write(ByteBuffer.wrap("ping".getBytes(StandardCharsets.UTF_8)));
      ByteBuffer answer = ByteBuffer.allocate(100);
      while (answer.position() < "[default]ping".length()) {
        step.read(answer);
      }
      assertThat(new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8))
          .isEqualTo("[default]ping");
      step.close();
      forwarding.join();
    }
  }
}
