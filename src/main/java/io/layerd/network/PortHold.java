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
import org.jspecify.annotations.Nullable;

/**
 * The socket that keeps a published port. Rules send IPv4 traffic past it; what does come in, over
 * IPv6 for instance, is passed on by a {@link TcpProxy} or {@link UdpProxy}.
 */
final class PortHold {
  private static final Logger LOG = Logger.getLogger(PortHold.class);

  private final Channel channel;
  private final Target target;

  /** Where the container is now. */
  private static final class Target {
    private final int port;
    private volatile InetSocketAddress address;

    Target(String ip, int port) throws IOException {
      this.port = port;
      this.address = new InetSocketAddress(InetAddress.getByName(ip), port);
    }

    InetSocketAddress get() {
      return address;
    }

    void move(String ip) throws IOException {
      address = new InetSocketAddress(InetAddress.getByName(ip), port);
    }
  }

  private PortHold(Channel channel, Target target) {
    this.channel = channel;
    this.target = target;
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

  /**
   * @param proxy whether to pass on what comes in; else the port is only kept from others
   */
  static PortHold bind(PublishedPort port, String containerIp, boolean proxy) throws IOException {
    Target target = new Target(containerIp, port.containerPort());
    boolean dual = port.hostIp().isEmpty() && hasIpv6();
    ProtocolFamily family =
        dual || port.isIpv6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    String any = family == StandardProtocolFamily.INET6 ? "::" : "0.0.0.0";
    InetSocketAddress address =
        new InetSocketAddress(
            InetAddress.getByName(port.hostIp().isEmpty() ? any : port.hostIp()), port.hostPort());
    return switch (port.protocol()) {
      case "tcp" -> new PortHold(tcp(family, address, proxy ? target : null), target);
      case "udp" -> new PortHold(udp(family, address, proxy ? target : null), target);
      default -> new PortHold(none(), target);
    };
  }

  /** The container is at another address now; open connections stay as they are. */
  void lead(String containerIp) throws IOException {
    target.move(containerIp);
  }

  private static Channel tcp(
      ProtocolFamily family, InetSocketAddress address, @Nullable Target target)
      throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(family);
    try {
      server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      server.bind(address, 128);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    if (target != null) {
      TcpProxy.start(server, target::get);
    }
    return server;
  }

  private static Channel udp(
      ProtocolFamily family, InetSocketAddress address, @Nullable Target target)
      throws IOException {
    DatagramChannel socket = DatagramChannel.open(family);
    try {
      socket.bind(address);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    if (target != null) {
      UdpProxy.start(socket, target::get);
    }
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
