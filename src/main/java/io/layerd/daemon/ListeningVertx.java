package io.layerd.daemon;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.transport.Transport;
import java.net.SocketAddress;

/**
 * Vert.x, but for two things: each connection passes the guard before anything else sees it, and a
 * server may listen on a socket that is there already.
 *
 * <p>Vert.x makes a server's channel by its transport and then binds it. For a socket that is there
 * the transport wraps the descriptor, and the bind only starts the reading. Everything after that,
 * such as the sharing of one socket among event loops, is Vert.x's own.
 */
final class ListeningVertx extends VertxWrapper {
  private final Transport transport;

  /** Of servers that bind. */
  ListeningVertx(VertxInternal vertx, ConnectionGuard guard) {
    super(vertx);
    transport = new GuardedTransport(guard);
  }

  /** Of servers on a socket that listens already. */
  ListeningVertx(VertxInternal vertx, ConnectionGuard guard, ActivatedSocket socket) {
    super(vertx);
    transport = new ActivatedTransport(guard, socket);
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public HttpServer createHttpServer(HttpServerOptions options) {
    return new HttpServerImpl(this, options);
  }

  private static class GuardedTransport extends EpollTransport {
    private final ConnectionGuard guard;

    GuardedTransport(ConnectionGuard guard) {
      this.guard = guard;
    }

    @Override
    public void configure(
        NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
      super.configure(options, domainSocket, bootstrap);
      bootstrap.handler(guard.entrance(!options.isSsl()));
    }
  }

  private static final class ActivatedTransport extends GuardedTransport {
    private final ActivatedSocket socket;

    ActivatedTransport(ConnectionGuard guard, ActivatedSocket socket) {
      super(guard);
      this.socket = socket;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
      return socket.unix()
          ? () -> prepared(new EpollServerDomainSocketChannel(socket.fd(), true))
          : () -> prepared(new EpollServerSocketChannel(socket.fd()));
    }

    private static <C extends Channel> C prepared(C channel) {
      // An active channel reads once it is registered, which is before it can hand anything on.
      channel.config().setAutoRead(false);
      channel.pipeline().addLast(new AlreadyBound());
      return channel;
    }
  }

  /** Answers the bind instead of the kernel, which would refuse it. */
  private static final class AlreadyBound extends ChannelOutboundHandlerAdapter {
    @Override
    public void bind(ChannelHandlerContext context, SocketAddress address, ChannelPromise bound) {
      context.channel().config().setAutoRead(true);
      bound.setSuccess();
    }
  }
}
