package io.layerd.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jboss.logging.Logger;

/**
 * The socket that keeps a published port. Rules send IPv4 traffic past it; what does come in, over
 * IPv6 for instance, is passed on by a {@link TcpProxy} or {@link UdpProxy}.
 */
final class PortHold {
  private static final Logger LOG = Logger.getLogger(PortHold.class);

  private final Channel channel;

  private PortHold(Channel channel) {
    this.channel = channel;
  }

  /** Whether this host speaks IPv6. */
  static boolean hasIpv6() {
    try {
      Path loopback = Path.of("/proc/sys/net/ipv6/conf/lo/disable_ipv6");
      return Files.exists(loopback) && ProcFile.read(loopback).equals("0");
    } catch (IOException e) {
      LOG.debugf("no IPv6: %s", e.getMessage());
      return false;
    }
  }

  static PortHold bind(PublishedPort port, String containerIp) throws IOException {
    InetSocketAddress target =
        new InetSocketAddress(InetAddress.getByName(containerIp), port.containerPort());
    boolean dual = port.hostIp().isEmpty() && hasIpv6();
    ProtocolFamily family =
        dual || port.isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    String any = family == StandardProtocolFamily.INET6 ? "::" : "0.0.0.0";
    InetSocketAddress address =
        new InetSocketAddress(
            InetAddress.getByName(port.hostIp().isEmpty() ? any : port.hostIp()), port.hostPort());
    return switch (port.protocol()) {
      case "tcp" -> new PortHold(tcp(family, address, target));
      case "udp" -> new PortHold(udp(family, address, target));
      default -> new PortHold(none());
    };
  }

  private static Channel tcp(
      ProtocolFamily family, InetSocketAddress address, InetSocketAddress target)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(family);
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(address, 128);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    TcpProxy.start(server, target);
    return server;
  }

  private static Channel udp(
      ProtocolFamily family, InetSocketAddress address, InetSocketAddress target)
      throws IOException {
    DatagramChannel socket = DatagramChannel.open(family);
    try {
      socket.bind(address);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    UdpProxy.start(socket, target);
    return socket;
  }

  /** The JDK has no SCTP sockets everywhere: such a port is only kept in the table. */
  private static Channel none() {
    return new Channel() {
      @Override
      public boolean isOpen() {
        return false;
      }

      @Override
      public void close() {}
    };
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debugf("closing a held port: %s", e.getMessage());
    }
  }
}
