package io.layerd.daemon;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Keeps clients that only hold connections from using the daemon up: their number is bounded, and
 * each must send a whole request head in time, and get on with its body. Answers, and what happens
 * on connections that were hijacked, take as long as they take.
 */
final class ConnectionGuard implements Handler<HttpConnection> {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final int MOST = 16_384;

  /** Go gives clients of dockerd five minutes for a head, of which each keeps a thread busy. */
  private static final Duration FIRST_HEAD = Duration.ofMinutes(1);

  private static final Duration IDLE = Duration.ofMinutes(10);

  /** Long enough for a pipe whose other end has to think; a dead client holds nothing for ever. */
  private static final Duration STALLED = Duration.ofMinutes(5);

  private final int most;
  private final Duration firstHead;
  private final Duration idle;
  private final Duration stalled;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean full = new AtomicBoolean();

  ConnectionGuard() {
    this(MOST, FIRST_HEAD, IDLE, STALLED);
  }

  /**
   * @param firstHead from the connection to the end of the first request's head
   * @param idle from the end of an answer to the end of the next request's head
   * @param stalled without a byte of a body that is being read
   */
  ConnectionGuard(int most, Duration firstHead, Duration idle, Duration stalled) {
    this.most = most;
    this.firstHead = firstHead;
    this.idle = idle;
    this.stalled = stalled;
  }

  /**
   * The part that sees connections first, before they cost anything.
   *
   * @param clear whether they are without TLS
   */
  ChannelHandler gate(boolean clear) {
    return new ChannelInboundHandlerAdapter() {
      @Override
      public void channelRead(ChannelHandlerContext ctx, Object accepted) throws Exception {
        if (accepted instanceof Channel connection && !admit(connection, clear)) {
          return;
        }
        super.channelRead(ctx, accepted);
      }
    };
  }

  private boolean admit(Channel connection, boolean clear) {
    int now = open.incrementAndGet();
    if (now > most) {
      open.decrementAndGet();
      if (!full.getAndSet(true)) {
        LOG.warnf("more than %d connections: further ones are closed", most);
      }
      connection.unsafe().closeForcibly(); // not an answer more: each would cost what is short
      return false;
    }
    connection
        .closeFuture()
        .addListener(
            _ -> {
              open.decrementAndGet();
              full.set(false);
            });
    connection.pipeline().addLast("opening", new Opening(firstHead, clear));
    return true;
  }

  /** The protocol of a connection has been settled: its own deadlines take over. */
  @Override
  public void handle(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    Opening opening = pipeline.get(Opening.class);
    if (opening != null) {
      opening.settled();
    }
    if (pipeline.get("handler") instanceof Http2ConnectionHandler multiplexed) {
      multiplexed.connection().addListener(new StreamDeadline(pipeline.channel(), firstHead, idle));
    } else {
      pipeline.addBefore("handler", "deadline", new HeadDeadline(firstHead, idle, stalled));
    }
  }
}
