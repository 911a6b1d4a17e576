package io.layerd.daemon;

import io.layerd.sys.Sys;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.UnixChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** The part of a listening socket that sees connections first, before they cost anything. */
final class Entrance extends ChannelInboundHandlerAdapter implements RestingConnections.Origin {
  private final ConnectionGuard guard;
  private final boolean clear;
  private volatile @Nullable ChannelHandlerContext context;

  /**
   * @param clear whether connections are without TLS: those with keep what was agreed on
   */
  Entrance(ConnectionGuard guard, boolean clear) {
    this.guard = guard;
    this.clear = clear;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object accepted) throws Exception {
    if (accepted instanceof Channel connection && !guard.admit(connection, this)) {
      return;
    }
    super.channelRead(ctx, accepted);
  }

  boolean clear() {
    return clear;
  }

  /** Whether connections should rest rather than wait: few do no harm. */
  boolean prefersRest() {
    return clear && guard.isBusy();
  }

  /**
   * Closes a connection that is between two requests, but for its socket. On its event loop.
   *
   * @return false if it stays as it is
   */
  boolean rest(Channel connection) {
    ChannelOutboundBuffer output = connection.unsafe().outboundBuffer();
    if (output == null || !output.isEmpty() || !(connection instanceof UnixChannel socket)) {
      return false; // the last answer is still on its way
    }
    guard.entered();
    if (!guard.resting().add(socket.fd().intValue(), this)) {
      guard.left();
      return false;
    }
    ChannelFuture _ = connection.close();
    return true;
  }

  @Override
  public void wake(int fd) {
    ChannelHandlerContext ctx = context;
    try {
      if (ctx == null) {
        throw new RejectedExecutionException();
      }
      ctx.executor().execute(() -> serve(ctx, fd));
    } catch (RejectedExecutionException e) { // the end of the daemon
      close(fd);
    }
  }

  private void serve(ChannelHandlerContext ctx, int fd) {
    if (!ctx.channel().isOpen()) {
      close(fd);
      return;
    }
    Channel connection =
        ctx.channel().localAddress() instanceof InetSocketAddress
            ? new EpollSocketChannel(fd)
            : new EpollDomainSocketChannel(fd);
    guard.watch(connection, this);
    ctx.fireChannelRead(connection);
  }

  private void close(int fd) {
    Sys.host().close(fd);
    gone();
  }

  @Override
  public void gone() {
    guard.left();
  }
}
