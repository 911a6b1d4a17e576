package io.layerd.build;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** A socket behind which the client's SSH agent answers. */
final class AgentSocket implements AutoCloseable {
  private final ClientSide client;
  private final String id;
  private final Path path;
  private final ServerSocketChannel server;

  private AgentSocket(ClientSide client, String id, Path path, ServerSocketChannel server) {
    this.client = client;
    this.id = id;
    this.path = path;
    this.server = server;
  }

  static AgentSocket open(ClientSide client, String id, Path path) {
    try {
      ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
      AgentSocket socket = new AgentSocket(client, id, path, server);
      Thread.ofPlatform().daemon().name("ssh agent of a build").start(socket::accept);
      return socket;
    } catch (IOException e) {
      throw new SystemFailure("cannot open a socket for the SSH agent: " + e.getMessage(), e);
    }
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel connection = server.accept();
        Thread.ofPlatform()
            .daemon()
            .name("ssh connection of a build")
            .start(() -> client.forwardAgent(id, connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new SystemFailure("cannot close the SSH agent's socket: " + e.getMessage(), e);
    }
  }
}
