package io.layerd.daemon;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that does not send a whole request head in time. The time does not start anew
 * with each byte, so sending slowly does not help. A body may take as long as it likes, if only it
 * gets on: the time in which nothing comes is limited, as far as the daemon has room for it. Lives
 * on the connection's event loop.
 */
final class HeadDeadline extends ChannelDuplexHandler {
  private final Duration firstHead;
  private final Duration idle;
  private final Duration stalled;
  private java.util.concurrent.@Nullable Future<?> deadline;
  private java.util.concurrent.@Nullable Future<?> progress;
  private int unanswered;
  private boolean receiving;
  private long lastPieceNanos;

  HeadDeadline(Duration firstHead, Duration idle, Duration stalled) {
    this.firstHead = firstHead;
    this.idle = idle;
    this.stalled = stalled;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    start(ctx, firstHead);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
    received();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    cancel();
    received();
    super.channelInactive(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof HttpRequest) {
      unanswered++;
      cancel();
      receiving = true;
    }
    if (message instanceof LastHttpContent) {
      received();
    } else if (receiving) {
      lastPieceNanos = System.nanoTime();
    }
    super.channelRead(ctx, message);
  }

  /** Most requests are whole by now, and need no timer. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (receiving && progress == null) {
      lastPieceNanos = System.nanoTime();
      lookAgain(ctx, stalled.toNanos());
    }
    super.channelReadComplete(ctx);
  }

  private void lookAgain(ChannelHandlerContext ctx, long nanos) {
    progress = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    progress = null;
    if (!receiving) {
      return;
    }
    if (!ctx.channel().config().isAutoRead()) {
      lastPieceNanos = System.nanoTime(); // it is the daemon that does not get on
    }
    long left = stalled.toNanos() - (System.nanoTime() - lastPieceNanos);
    if (left > 0) {
      lookAgain(ctx, left);
    } else {
      ChannelFuture _ = ctx.close();
    }
  }

  private void received() {
    receiving = false;
    if (progress != null) {
      progress.cancel(false);
      progress = null;
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof LastHttpContent && !informational(message) && --unanswered == 0) {
      start(ctx, idle);
    }
    super.write(ctx, message, promise);
  }

  /** {@code 100 Continue} comes as a whole answer, and is not the answer. */
  private static boolean informational(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  private void start(ChannelHandlerContext ctx, Duration time) {
    cancel();
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  ChannelFuture _ = ctx.close();
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void cancel() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
