package io.layerd.daemon;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What {@link HeadDeadline} is to bodies, for HTTP/2: resets requests of whose body nothing comes
 * for too long, though the daemon has room for it. Others on the connection go on. Lives on the
 * connection's event loop.
 */
final class BodyDeadline extends Http2ConnectionAdapter {
  private final Http2ConnectionHandler handler;
  private final Http2Connection connection;
  private final ChannelHandlerContext ctx;
  private final Duration stalled;
  private final Http2Connection.PropertyKey lastPieceNanos;
  private java.util.concurrent.@Nullable Future<?> timer;

  private BodyDeadline(
      Http2ConnectionHandler handler, ChannelHandlerContext ctx, Duration stalled) {
    this.handler = handler;
    this.connection = handler.connection();
    this.ctx = ctx;
    this.stalled = stalled;
    this.lastPieceNanos = connection.newKey();
  }

  static void watch(Http2ConnectionHandler handler, ChannelHandlerContext ctx, Duration stalled) {
    BodyDeadline deadline = new BodyDeadline(handler, ctx, stalled);
    Http2Connection.Endpoint<Http2LocalFlowController> local = deadline.connection.local();
    local.flowController(deadline.watched(local.flowController()));
    deadline.connection.addListener(deadline);
    ctx.channel().closeFuture().addListener(_ -> deadline.cancel());
  }

  /** Each piece of a body passes the flow control. */
  private Http2LocalFlowController watched(Http2LocalFlowController flow) {
    return new PassedFlowController(flow) {
      @Override
      public void receiveFlowControlledFrame(
          Http2Stream stream, ByteBuf data, int padding, boolean endOfStream)
          throws Http2Exception {
        if (data.isReadable()) {
          stream.setProperty(lastPieceNanos, System.nanoTime());
        }
        super.receiveFlowControlledFrame(stream, data, padding, endOfStream);
      }
    };
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    if (sends(stream)) {
      stream.setProperty(lastPieceNanos, System.nanoTime());
      lookAfter(stalled.toNanos());
    }
  }

  private static boolean sends(Http2Stream stream) {
    return switch (stream.state()) {
      case OPEN, HALF_CLOSED_LOCAL -> true;
      case IDLE, RESERVED_LOCAL, RESERVED_REMOTE, HALF_CLOSED_REMOTE, CLOSED -> false;
    };
  }

  private void lookAfter(long nanos) {
    if (timer == null) {
      timer = ctx.executor().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void look() {
    timer = null;
    List<Http2Stream> late = new ArrayList<>();
    long next = Long.MAX_VALUE;
    for (Http2Stream stream : sending()) {
      long left = left(stream);
      if (left <= 0) {
        late.add(stream);
      } else {
        next = Math.min(next, left);
      }
    }
    for (Http2Stream stream : late) {
      ChannelFuture _ =
          handler.resetStream(ctx, stream.id(), Http2Error.CANCEL.code(), ctx.newPromise());
    }
    if (!late.isEmpty()) {
      ctx.flush();
    }
    if (next != Long.MAX_VALUE) {
      lookAfter(next);
    }
  }

  private List<Http2Stream> sending() {
    List<Http2Stream> streams = new ArrayList<>();
    try {
      connection.forEachActiveStream(
          stream -> {
            if (sends(stream)) {
              streams.add(stream);
            }
            return true;
          });
    } catch (Http2Exception e) {
      throw new IllegalStateException(e); // the visitor throws none
    }
    return streams;
  }

  private long left(Http2Stream stream) {
    Http2LocalFlowController flow = connection.local().flowController();
    long now = System.nanoTime();
    if (flow.unconsumedBytes(stream) > 0 || flow.windowSize(connection.connectionStream()) <= 0) {
      stream.setProperty(lastPieceNanos, now); // it is the daemon that does not get on
    }
    Long last = stream.getProperty(lastPieceNanos);
    return last == null ? stalled.toNanos() : stalled.toNanos() - (now - last);
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
