package io.layerd.api.stream;

import io.layerd.engine.AttachStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of a hijacked connection: reads only while the process takes what was read, and
 * tells the end of the input from the end of the connection. Lives on the connection's event loop.
 */
final class HijackInput extends ChannelInboundHandlerAdapter {
  private final Deque<byte[]> early = new ArrayDeque<>();
  private @Nullable ChannelHandlerContext context;
  private @Nullable AttachStream stream;
  private @Nullable Runnable onClosed;
  private int unwritten;
  private boolean discard;
  private boolean ended;
  private boolean closed;

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  /** Begins to read. What came before is delivered first. */
  void start(AttachStream target, Runnable whenClosed) {
    stream = target;
    onClosed = whenClosed;
    byte[] piece;
    while ((piece = early.poll()) != null) {
      deliver(piece);
    }
    if (closed) {
      whenClosed.run();
      return;
    }
    if (ended) {
      target.closeInput();
    }
    readOn();
  }

  /** From now on input is thrown away: the process has ended. */
  void discard() {
    discard = true;
    early.clear();
    if (context != null) {
      context.channel().config().setAutoRead(true);
    }
  }

  /** Whether the client has ended its side. */
  boolean ended() {
    return ended || closed;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ctx.fireChannelRead(message); // the rest of the HTTP request
      return;
    }
    byte[] piece;
    try {
      piece = discard ? new byte[0] : ByteBufUtil.getBytes(bytes);
    } finally {
      bytes.release();
    }
    if (piece.length == 0) {
      return;
    }
    if (stream == null) {
      early.add(piece);
    } else {
      deliver(piece);
    }
  }

  private void deliver(byte[] piece) {
    AttachStream target = stream;
    ChannelHandlerContext ctx = context;
    if (target == null || ctx == null) {
      return;
    }
    unwritten++;
    ctx.channel().config().setAutoRead(false);
    target
        .write(piece)
        .subscribe()
        .with(
            _ -> ctx.executor().execute(this::written), _ -> ctx.executor().execute(this::written));
  }

  private void written() {
    unwritten--;
    readOn();
  }

  private void readOn() {
    if (unwritten == 0 && !closed && context != null) {
      context.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      // over TLS a client ends its side with close_notify, and may end the socket as well later
      boolean again = ended;
      ended = true;
      if (stream != null && !discard && !again) {
        stream.closeInput();
      }
      if (discard) {
        ChannelFuture _ = ctx.close();
      }
      return;
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closed = true;
    if (onClosed != null) {
      onClosed.run();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ChannelFuture _ = ctx.close(); // a reset connection; channelInactive follows
  }
}
