package io.layerd.network.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Passes a query on to servers outside, one after the other until one answers. */
final class Forwarder {
  private static final Logger LOG = Logger.getLogger(Forwarder.class);
  private static final int TIMEOUT_MILLIS = 4000;
  private static final int MAX_SERVERS = 3;
  private static final int MAX_BYTES = 65_535;

  private Forwarder() {}

  /** Null if none answered. */
  static byte @Nullable [] ask(byte[] query, List<Upstream> servers, boolean stream) {
    for (Upstream server : servers.subList(0, Math.min(MAX_SERVERS, servers.size()))) {
      try {
        return stream ? overTcp(query, server) : overUdp(query, server);
      } catch (IOException e) {
        LOG.debugf("name server %s: %s", server.address(), e.getMessage());
      }
    }
    return null;
  }

  private static byte[] overUdp(byte[] query, Upstream server) throws IOException {
    try (var channel = server.datagrams()) {
      DatagramSocket socket = channel.socket();
      socket.connect(server.address());
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket answer = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
      while (true) {
        socket.receive(answer);
        byte[] data = answer.getData();
        // Someone else's answer, or a forged one.
        if (answer.getLength() > 3 && data[0] == query[0] && data[1] == query[1]) {
          return Arrays.copyOf(data, answer.getLength());
        }
      }
    }
  }

  private static byte[] overTcp(byte[] query, Upstream server) throws IOException {
    try (var channel = server.stream()) {
      Socket socket = channel.socket();
      socket.connect(server.address(), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      write(out, query);
      return read(new DataInputStream(socket.getInputStream()));
    }
  }

  static void write(DataOutputStream out, byte[] message) throws IOException {
    byte[] framed = new byte[message.length + 2];
    framed[0] = (byte) (message.length >> 8);
    framed[1] = (byte) message.length;
    System.arraycopy(message, 0, framed, 2, message.length);
    out.write(framed);
    out.flush();
  }

  static byte[] read(DataInputStream in) throws IOException {
    byte[] message = new byte[in.readUnsignedShort()];
    in.readFully(message);
    return message;
  }
}
