package io.layerd.api.rpc;

import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcService;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import org.jboss.logging.Logger;

/** Makes connections of raw bytes into ones of HTTP/2. Call on the connection's event loop. */
public final class RpcConnections {
  private static final Logger LOG = Logger.getLogger(RpcConnections.class);
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int MOST_CALLS = 256;

  private RpcConnections() {}

  /**
   * Serves calls on a connection.
   *
   * @param before name of the handler that takes bytes now; it will see no more of them
   */
  public static void serve(Channel connection, String before, RpcService service) {
    ChannelHandler calls =
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel stream) {
            stream.pipeline().addLast(new ServedCall(service));
          }
        };
    Http2Settings settings = settings().maxConcurrentStreams(MOST_CALLS);
    add(connection, before, Http2FrameCodecBuilder.forServer(), settings, calls);
  }

  /** The client's end of a connection serves; the client of HTTP/2 is here. */
  public static RpcPeer connect(Channel connection, String before) {
    ChannelHandler none =
        new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel stream) {
            stream.close(); // servers do not open streams
          }
        };
    Http2Settings settings = settings().pushEnabled(false);
    add(connection, before, Http2FrameCodecBuilder.forClient(), settings, none);
    return new ConnectedPeer(connection);
  }

  /** A connection that breaks takes its calls with it; there is nothing else to say of it. */
  private static final class Broken extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.debugf("a connection of calls broke: %s", cause.getMessage());
      ChannelFuture _ = ctx.close();
    }
  }

  private static Http2Settings settings() {
    return Http2Settings.defaultSettings().initialWindowSize(WINDOW_BYTES);
  }

  private static void add(
      Channel connection,
      String before,
      Http2FrameCodecBuilder codec,
      Http2Settings settings,
      ChannelHandler streams) {
    ChannelPipeline pipeline = connection.pipeline();
    pipeline.addBefore(before, "rpc-frames", codec.initialSettings(settings).build());
    pipeline.addBefore(before, "rpc-streams", new Http2MultiplexHandler(streams));
    pipeline.addBefore(before, "rpc-errors", new Broken());
    connection.config().setAutoRead(true);
  }
}
