package io.layerd.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Passes connections that no rule redirected on to a container: those over IPv6. Virtual threads,
 * one for the listener and two for each connection; half-closing is passed on too.
 */
final class TcpProxy {
  private static final Logger LOG = Logger.getLogger(TcpProxy.class);

  private TcpProxy() {}

  /**
   * Ends when the listener is closed.
   *
   * @param target asked for each connection
   */
  static void start(ServerSocketChannel listener, Supplier<InetSocketAddress> target) {
    Thread.ofVirtual().name("port " + target.get()).start(() -> accept(listener, target));
  }

  private static void accept(ServerSocketChannel listener, Supplier<InetSocketAddress> target) {
    while (listener.isOpen()) {
      try {
        SocketChannel client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client, target.get()));
      } catch (IOException e) {
        LOG.debugf("listener for %s: %s", target.get(), e.getMessage());
        if (listener.isOpen()) {
          pause();
        }
      }
    }
  }

  /** Out of descriptors, say: trying at once again would only burn the processor. */
  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void serve(SocketChannel client, InetSocketAddress target) {
    try (client;
        SocketChannel container = SocketChannel.open(target)) {
      Thread back = Thread.ofVirtual().start(() -> copy(container, client));
      copy(client, container);
      back.join();
    } catch (IOException e) {
      LOG.debugf("connection to %s: %s", target, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void copy(SocketChannel from, SocketChannel to) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(32 * 1024);
    try {
      while (from.read(buffer) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          to.write(buffer);
        }
        buffer.clear();
      }
      to.shutdownOutput();
    } catch (IOException e) {
      LOG.tracef("connection ends: %s", e.getMessage());
      close(from);
      close(to);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.tracef("closing: %s", e.getMessage());
    }
  }
}
