package io.layerd.api.stream;

import io.layerd.engine.AttachStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A connection that carries raw bytes both ways, for one attach or exec. */
final class HijackedConnection {
  /** How long a client may take to notice that the output has ended. */
  private static final int LINGER_SECONDS = 2;

  private final NetSocket socket;
  private final Channel channel;
  private final HijackInput input;
  private final BlockingOutput output;

  HijackedConnection(Context context, NetSocket socket, HijackInput input) {
    this.socket = socket;
    this.channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
    this.input = input;
    this.output = new BlockingOutput(context, socket);
    socket.exceptionHandler(_ -> output.gone());
  }

  /** Joins the client and a process until either is done. */
  void join(AttachStream stream, boolean framed) {
    FrameWriter writer = new FrameWriter(output, framed);
    Cancellable pump =
        stream.pump(writer).subscribe().with(_ -> finish(stream), _ -> finish(stream));
    input.start(
        stream,
        () -> {
          output.gone();
          stream.close();
          pump.cancel();
        });
  }

  /** Tells the client why there is nothing to join it with, and closes. */
  void fail(String message, boolean framed) {
    byte[] text = (message + "\r\n").getBytes(StandardCharsets.UTF_8);
    for (byte[] piece : Frames.of(framed, 1, text)) {
      socket.write(Buffer.buffer(piece));
    }
    closeGently();
  }

  private void finish(AttachStream stream) {
    stream.close();
    output.afterwards(this::closeGently);
  }

  /**
   * Ends the output and waits a little for the client to close: a connection closed while input is
   * unread would reset the client before it has read everything.
   */
  private void closeGently() {
    input.discard();
    socket
        .write(Buffer.buffer())
        .onComplete(
            _ -> {
              if (input.ended() || !(channel instanceof DuplexChannel duplex)) {
                socket.close();
                return;
              }
              if (!WebSocketFrames.farewell(channel)) {
                endOutput(duplex);
              }
              var _ =
                  channel
                      .eventLoop()
                      .schedule(() -> socket.close(), LINGER_SECONDS, TimeUnit.SECONDS);
            });
  }

  /** Over TLS with close_notify first: without it a client takes the end for a broken line. */
  private static void endOutput(DuplexChannel duplex) {
    SslHandler tls = duplex.pipeline().get(SslHandler.class);
    if (tls == null) {
      ChannelFuture _ = duplex.shutdownOutput();
    } else {
      ChannelFuture _ = tls.closeOutbound().addListener(_ -> duplex.shutdownOutput());
    }
  }
}
