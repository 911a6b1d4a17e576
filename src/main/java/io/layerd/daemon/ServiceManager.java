package io.layerd.daemon;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells systemd how the daemon is, if it asked to be told (sd_notify(3)). */
final class ServiceManager {
  private static final Logger LOG = Logger.getLogger("layerd");

  private ServiceManager() {}

  /**
   * Sends a state such as {@code READY=1}. A failure is only logged: the daemon works without.
   *
   * @param socket the value of {@code NOTIFY_SOCKET}; null does nothing
   */
  static void tell(EventLoopGroup loops, @Nullable String socket, String state) {
    if (socket == null || socket.isEmpty()) {
      return;
    }
    // "@name" is a socket without a file, which the kernel writes with a zero byte
    String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
    try {
      Channel channel =
          new Bootstrap()
              .group(loops)
              .channel(EpollDomainDatagramChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(new DomainSocketAddress(path))
              .sync()
              .channel();
      channel.writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8)).sync();
      channel.close().sync();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) { // Netty throws checked exceptions undeclared
      LOG.warnf("cannot tell the service manager %s: %s", state, e.getMessage());
    }
  }
}
