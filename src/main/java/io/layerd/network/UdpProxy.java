package io.layerd.network;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Passes datagrams that no rule redirected on to a container, and its answers back: those over
 * IPv6. Each client has a socket of its own towards the container until it is idle for 90 seconds,
 * and there are never more than {@link #MAX_CLIENTS}.
 */
final class UdpProxy {
  private static final Logger LOG = Logger.getLogger(UdpProxy.class);
  private static final int IDLE_MILLIS = 90_000;
  private static final int MAX_CLIENTS = 1024;
  private static final int MAX_DATAGRAM_BYTES = 65_535;

  private final DatagramChannel front;
  private final Supplier<InetSocketAddress> target;
  private final Map<SocketAddress, DatagramSocket> clients = new ConcurrentHashMap<>();

  private UdpProxy(DatagramChannel front, Supplier<InetSocketAddress> target) {
    this.front = front;
    this.target = target;
  }

  /** Ends when the socket is closed. */
  static void start(DatagramChannel front, Supplier<InetSocketAddress> target) {
    UdpProxy proxy = new UdpProxy(front, target);
    Thread.ofVirtual().name("port " + target.get()).start(proxy::receive);
  }

  private void receive() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);
    while (front.isOpen()) {
      try {
        buffer.clear();
        SocketAddress client = front.receive(buffer);
        byte[] data = new byte[buffer.flip().remaining()];
        buffer.get(data);
        forward(client, data);
      } catch (IOException e) {
        LOG.debugf("datagram for %s: %s", target.get(), e.getMessage());
      }
    }
    clients.values().forEach(DatagramSocket::close);
  }

  private void forward(SocketAddress client, byte[] data) throws IOException {
    DatagramSocket socket = clients.get(client);
    if (socket == null) {
      if (clients.size() >= MAX_CLIENTS) {
        return;
      }
      DatagramSocket fresh = new DatagramSocket();
      fresh.setSoTimeout(IDLE_MILLIS);
      clients.put(client, fresh);
      Thread.ofVirtual().start(() -> answer(client, fresh));
      socket = fresh;
    }
    socket.send(new DatagramPacket(data, data.length, target.get()));
  }

  private void answer(SocketAddress client, DatagramSocket socket) {
    DatagramPacket packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
    try (socket) {
      while (true) {
        packet.setLength(MAX_DATAGRAM_BYTES);
        socket.receive(packet);
        if (packet.getSocketAddress().equals(target.get())) {
          front.send(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()), client);
        }
      }
    } catch (IOException e) {
      LOG.tracef("client %s ends: %s", client, e.getMessage());
    } finally {
      clients.remove(client, socket);
    }
  }
}
