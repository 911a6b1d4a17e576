package io.layerd.api.rpc;

import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One stream of HTTP/2 as a call: what arrives on the event loop waits here for the thread that
 * asks, which in turn waits while the stream takes no more.
 */
abstract class CallStream extends ChannelInboundHandlerAdapter implements RpcStream {
  /** Bytes that wait here before the sender has to. */
  private static final int LIMIT_BYTES = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final FrameReader reader = new FrameReader();
  private final Deque<byte[]> received = new ArrayDeque<>();
  private int receivedBytes;
  private boolean ended;
  private boolean closed;
  private boolean failing;
  private @Nullable RpcException failure;
  private @Nullable Channel channel;

  /** Headers or trailers; on the event loop. */
  abstract void headers(Http2Headers headers, boolean last);

  /** The call has failed or its connection is gone; on any thread, must not block. */
  abstract void broken(RpcException why);

  /** What has to be sent before the first message. */
  abstract void beforeSending();

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = ctx.channel();
  }

  final Channel channel() {
    Channel there = channel;
    if (there == null) {
      throw new IllegalStateException("not on a channel yet");
    }
    return there;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Http2HeadersFrame frame) {
      headers(frame.headers(), frame.isEndStream());
      if (frame.isEndStream()) {
        end();
      }
    } else if (message instanceof Http2DataFrame frame) {
      try {
        for (byte[] whole : reader.add(frame.content())) {
          arrived(whole);
        }
      } catch (RpcException e) {
        fail(e);
        reset(Http2Error.INTERNAL_ERROR);
      } finally {
        frame.release();
      }
      if (frame.isEndStream()) {
        end();
      }
    }
  }

  private void arrived(byte[] message) {
    lock.lock();
    try {
      received.add(message);
      receivedBytes += message.length;
      if (receivedBytes > LIMIT_BYTES) {
        channel().config().setAutoRead(false);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  final void fail(RpcException why) {
    lock.lock();
    try {
      if (failing) {
        return;
      }
      failing = true;
    } finally {
      lock.unlock();
    }
    broken(why); // before whoever waits goes on and ends the call
    lock.lock();
    try {
      failure = why;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof Http2ResetFrame) {
      gone(new RpcException(RpcException.CANCELLED, "context canceled"));
    }
    super.userEventTriggered(ctx, event);
  }

  /** The stream is no more; what was received whole is valid all the same. */
  private void gone(RpcException why) {
    lock.lock();
    boolean whole = ended;
    closed = true;
    changed.signalAll();
    lock.unlock();
    if (whole) {
      broken(why);
    } else {
      fail(why);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    gone(new RpcException(RpcException.UNAVAILABLE, "the connection is gone"));
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(new RpcException(RpcException.UNAVAILABLE, String.valueOf(cause.getMessage())));
    ChannelFuture _ = ctx.close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    super.channelWritabilityChanged(ctx);
  }

  @Override
  public final byte @Nullable [] receive() throws RpcException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (received.isEmpty() && !ended && failure == null) {
        changed.await();
      }
      byte[] message = received.poll();
      if (message == null) {
        if (failure != null) {
          throw failure;
        }
        return null;
      }
      boolean full = receivedBytes > LIMIT_BYTES;
      receivedBytes -= message.length;
      if (full && receivedBytes <= LIMIT_BYTES) {
        channel().config().setAutoRead(true);
      }
      return message;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public final void send(byte[] message) throws RpcException, InterruptedException {
    beforeSending();
    lock.lockInterruptibly();
    try {
      while (!channel().isWritable() && failure == null && !closed) {
        changed.await();
      }
      if (failure != null) {
        throw failure;
      }
      if (closed) {
        throw new RpcException(RpcException.UNAVAILABLE, "the connection is gone");
      }
    } finally {
      lock.unlock();
    }
    var content = Unpooled.wrappedBuffer(FrameReader.frame(message));
    ChannelFuture _ = channel().writeAndFlush(new DefaultHttp2DataFrame(content));
  }

  @Override
  public final void cancel() {
    fail(new RpcException(RpcException.CANCELLED, "context canceled"));
    reset(Http2Error.CANCEL);
  }

  private void reset(Http2Error error) {
    ChannelFuture _ = channel().writeAndFlush(new DefaultHttp2ResetFrame(error));
  }
}
