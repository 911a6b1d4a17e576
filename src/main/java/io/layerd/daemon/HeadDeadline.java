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
 * gets on: the time in which nothing comes is limited, as far as the daemon has room for it. A
 * connection that waits may be put to rest. Lives on the connection's event loop.
 */
final class HeadDeadline extends ChannelDuplexHandler {
  /** Clients that ask one thing after another are not put to rest in between. */
  private static final long SHORT_WAIT_NANOS = Duration.ofMillis(100).toNanos();

  private final ConnectionGuard.Limits limits;
  private final Opening opening;

  /** Fires when the present deadline may be over; a later one is found out then. */
  private java.util.concurrent.@Nullable Future<?> timer;

  private long timerNanos;
  private long sinceNanos;
  private int unanswered;
  private boolean asked;
  private boolean receiving;
  private boolean bare;

  HeadDeadline(ConnectionGuard.Limits limits, Opening opening) {
    this.limits = limits;
    this.opening = opening;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    sinceNanos = System.nanoTime();
    lookAfter(ctx, limits.firstHead().toNanos());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    cancel();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    cancel();
    super.channelInactive(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof HttpRequest) {
      unanswered++;
      asked = true;
      receiving = true;
      bare = true;
    } else if (message != LastHttpContent.EMPTY_LAST_CONTENT) {
      bare = false;
    }
    if (message instanceof LastHttpContent) {
      receiving = false;
    } else if (receiving) {
      sinceNanos = System.nanoTime();
    }
    super.channelRead(ctx, message);
  }

  /** Most requests are whole by now, and need no timer. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (receiving) {
      lookAfter(ctx, limits.stalled().toNanos());
    }
    super.channelReadComplete(ctx);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise)
      throws Exception {
    if (message instanceof LastHttpContent && !informational(message) && --unanswered == 0) {
      if (!receiving) {
        sinceNanos = System.nanoTime();
      }
      lookAfter(ctx, opening.prefersRest() ? SHORT_WAIT_NANOS : limits.idle().toNanos());
    }
    super.write(ctx, message, promise);
  }

  /** {@code 100 Continue} comes as a whole answer, and is not the answer. */
  private static boolean informational(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }

  /** At the latest; a timer that fires earlier will do. */
  private void lookAfter(ChannelHandlerContext ctx, long nanos) {
    long at = System.nanoTime() + nanos;
    if (timer != null) {
      if (timerNanos - at <= 0) {
        return;
      }
      timer.cancel(false);
    }
    timerNanos = at;
    timer = ctx.executor().schedule(() -> look(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private void look(ChannelHandlerContext ctx) {
    timer = null;
    if (receiving && !ctx.channel().config().isAutoRead()) {
      sinceNanos = System.nanoTime(); // it is the daemon that does not get on
    }
    if (!receiving && unanswered > 0) {
      return;
    }
    long waited = System.nanoTime() - sinceNanos;
    long left = limit().toNanos() - waited;
    if (left <= 0) {
      ChannelFuture _ = ctx.close();
      return;
    }
    if (!receiving && asked && bare && opening.prefersRest()) {
      if (waited < SHORT_WAIT_NANOS) {
        left = Math.min(left, SHORT_WAIT_NANOS - waited);
      } else if (opening.rest(ctx.channel())) {
        return;
      }
    }
    lookAfter(ctx, left);
  }

  private Duration limit() {
    if (receiving) {
      return limits.stalled();
    }
    return asked ? limits.idle() : limits.firstHead();
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
