package io.layerd.api.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

/**
 * Stands between a WebSocket and a hijacked connection, which sees bytes only: what is written
 * leaves as messages, what comes in messages arrives as it is. Lives on the connection's event
 * loop.
 */
final class WebSocketFrames extends ChannelDuplexHandler {
  /** Longer messages are refused: they are held in memory while they arrive. */
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  private static final int NORMAL = 1000;

  private final boolean binary;
  private boolean closing;

  private WebSocketFrames(boolean binary) {
    this.binary = binary;
  }

  /** Puts itself in front of the handler of hijacked input. */
  static void insert(ChannelPipeline pipeline, String before, boolean binary) {
    WebSocketDecoderConfig limits =
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(true)
            .allowExtensions(false)
            .maxFramePayloadLength(MAX_MESSAGE_BYTES)
            .build();
    pipeline.addBefore(before, "websocket-decoder", new WebSocket13FrameDecoder(limits));
    pipeline.addBefore(before, "websocket-encoder", new WebSocket13FrameEncoder(false));
    pipeline.addBefore(before, "websocket", new WebSocketFrames(binary));
  }

  /**
   * Tells the client that there is no more, if it has a WebSocket; it answers with the same, which
   * ends the connection.
   *
   * @return whether it has one
   */
  static boolean farewell(Channel channel) {
    WebSocketFrames frames = channel.pipeline().get(WebSocketFrames.class);
    if (frames == null) {
      return false;
    }
    if (!frames.closing) {
      frames.closing = true;
      ChannelFuture _ = channel.writeAndFlush(new CloseWebSocketFrame(NORMAL, ""));
    }
    return true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case PingWebSocketFrame ping -> {
        ChannelFuture _ = ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
      }
      case PongWebSocketFrame pong -> pong.release();
      case CloseWebSocketFrame close -> {
        close.release();
        ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        end(ctx, ctx.newPromise());
      }
      case WebSocketFrame data -> ctx.fireChannelRead(data.content());
      default -> ctx.fireChannelRead(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf bytes)) {
      ChannelFuture _ = ctx.write(message, promise);
    } else if (closing || !bytes.isReadable()) {
      bytes.release();
      promise.setSuccess();
    } else {
      ChannelFuture _ =
          ctx.write(
              binary ? new BinaryWebSocketFrame(bytes) : new TextWebSocketFrame(bytes), promise);
    }
  }

  /** A close message goes first, unless there was one. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    end(ctx, promise);
  }

  private void end(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (closing || !ctx.channel().isActive()) {
      ChannelFuture _ = ctx.close(promise);
      return;
    }
    closing = true;
    ChannelFuture _ =
        ctx.writeAndFlush(new CloseWebSocketFrame(NORMAL, ""))
            .addListener((ChannelFutureListener) _ -> ctx.close(promise));
  }
}
