package io.layerd.daemon;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection until it is known what is spoken on it: closes those that do not say so in time, and
 * puts {@link UpgradeChoice} where the daemon decides between HTTP/1.1 and HTTP/2. From then on it
 * only knows whether a request may have begun.
 */
final class Opening extends ChannelInboundHandlerAdapter {
  private final Duration time;
  private final Entrance entrance;
  private boolean unsettled;
  private boolean blankLine;
  private java.util.concurrent.@Nullable Future<?> deadline;

  Opening(Duration time, Entrance entrance) {
    this.time = time;
    this.entrance = entrance;
    this.unsettled = entrance.clear(); // there a client chooses by its first bytes
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  ChannelFuture _ = ctx.close();
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /** On the connection's event loop. */
  void settled() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  boolean prefersRest() {
    return entrance.prefersRest();
  }

  /**
   * Lets a connection rest that has no request, and whose last one had no body: if it ended with a
   * blank line, nothing of another one has come.
   */
  boolean rest(Channel connection) {
    return blankLine && entrance.prefersRest() && entrance.rest(connection);
  }

  private static boolean endsWithBlankLine(ByteBuf bytes) {
    int end = bytes.writerIndex();
    return bytes.readableBytes() >= 4
        && bytes.getByte(end - 1) == '\n'
        && bytes.getByte(end - 2) == '\r'
        && bytes.getByte(end - 3) == '\n';
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    settled();
    super.channelInactive(ctx);
  }

  /**
   * Vert.x builds what serves HTTP/1.1 at the first byte that HTTP/2 does not begin with, and goes
   * on with the rest at once. Byte by byte, there is a moment to add to it.
   */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof ByteBuf piece) {
      blankLine = endsWithBlankLine(piece);
    }
    if (!unsettled || !(message instanceof ByteBuf bytes)) {
      super.channelRead(ctx, message);
      return;
    }
    ChannelPipeline pipeline = ctx.pipeline();
    while (unsettled && bytes.isReadable()) {
      ctx.fireChannelRead(bytes.readRetainedSlice(1));
      if (pipeline.get("h2c") != null) {
        pipeline.addBefore("h2c", "upgrade", new UpgradeChoice());
        unsettled = false;
      } else if (pipeline.get("handler") != null) {
        unsettled = false;
      }
    }
    if (bytes.isReadable()) {
      ctx.fireChannelRead(bytes);
    } else {
      bytes.release();
    }
  }
}
