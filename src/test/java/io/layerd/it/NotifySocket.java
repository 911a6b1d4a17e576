package io.layerd.it;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The end of an sd_notify socket that systemd would read. */
final class NotifySocket implements AutoCloseable {
  private final EpollEventLoopGroup loops = new EpollEventLoopGroup(1);
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final Channel channel;

  NotifySocket(Path path) {
    channel =
        new Bootstrap()
            .group(loops)
            .channel(EpollDomainDatagramChannel.class)
            .handler(
                new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                  @Override
                  protected void channelRead0(
                      ChannelHandlerContext context, DomainDatagramPacket packet) {
                    messages.add(packet.content().toString(StandardCharsets.UTF_8));
                  }
                })
            .bind(new DomainSocketAddress(path.toString()))
            .syncUninterruptibly()
            .channel();
  }

  /** Everything that came, but for the signs of life. */
  List<String> messages() {
    return messages.stream().filter(message -> !message.equals("WATCHDOG=1")).toList();
  }

  long signsOfLife() {
    return messages.stream().filter("WATCHDOG=1"::equals).count();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    loops.shutdownGracefully().syncUninterruptibly();
  }
}
