package io.layerd.logs;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A connection that messages are sent over. */
interface Wire extends Closeable {
  int CONNECT_MILLIS = 10_000;

  void send(byte[] message) throws IOException;

  static Wire tcp(InetSocketAddress to) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(resolved(to), CONNECT_MILLIS);
    } catch (IOException e) {
      socket.close();
      throw new IOException(
          "dial tcp %s:%d: connect: %s".formatted(to.getHostString(), to.getPort(), reason(e)), e);
    }
    return new Wire() {
      @Override
      public void send(byte[] message) throws IOException {
        socket.getOutputStream().write(message);
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.startsWith("Connection refused") ? "connection refused" : message;
  }

  private static InetSocketAddress resolved(InetSocketAddress to) {
    return to.isUnresolved() ? new InetSocketAddress(to.getHostString(), to.getPort()) : to;
  }

  static Wire udp(InetSocketAddress to) throws IOException {
    InetSocketAddress address = resolved(to);
    if (address.isUnresolved()) {
      throw new IOException("dial udp: lookup " + to.getHostString() + ": no such host");
    }
    DatagramSocket socket = new DatagramSocket();
    return new Wire() {
      @Override
      public void send(byte[] message) throws IOException {
        socket.send(new DatagramPacket(message, message.length, address));
      }

      @Override
      public void close() {
        socket.close();
      }
    };
  }

  static Wire unixStream(String path) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      channel.close();
      throw new IOException("dial unix %s: connect: %s".formatted(path, e.getMessage()), e);
    }
    return new Wire() {
      @Override
      public void send(byte[] message) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(message);
        while (all.hasRemaining()) {
          channel.write(all);
        }
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  static Wire unixDatagram(Sys sys, String path) throws IOException {
    int socket;
    try {
      socket = sys.connectDatagram(path);
    } catch (ErrnoException e) {
      throw new IOException("dial unixgram %s: %s".formatted(path, e.getMessage()), e);
    }
    return new Wire() {
      @Override
      public void send(byte[] message) throws IOException {
        try {
          sys.writeFully(socket, message);
        } catch (ErrnoException e) {
          throw new IOException(e.getMessage(), e);
        }
      }

      @Override
      public void close() {
        sys.close(socket);
      }
    };
  }
}
