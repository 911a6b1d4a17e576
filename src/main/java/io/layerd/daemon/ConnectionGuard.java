package io.layerd.daemon;

import io.layerd.sys.Sys;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
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
final class ConnectionGuard implements Handler<HttpConnection>, AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd");

  /**
   * How many, and how long.
   *
   * @param most connections at once; further ones are closed
   * @param firstHead from the connection to the end of the first request's head
   * @param idle from the end of an answer to the end of the next request's head
   * @param stalled without a byte of a body that is being read
   * @param resting of more connections than this, those without a request cost as little as they
   *     can
   */
  record Limits(int most, Duration firstHead, Duration idle, Duration stalled, int resting) {
    /**
     * Go gives clients of dockerd five minutes for a head, of which each keeps a thread busy. Five
     * minutes without a byte are long enough for a pipe whose other end has to think; a dead client
     * holds nothing for ever.
     */
    static final Limits USUAL =
        new Limits(
            16_384, Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(5), 256);
  }

  private final Limits limits;
  private final RestingConnections resting;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean full = new AtomicBoolean();

  ConnectionGuard(Sys sys) {
    this(sys, Limits.USUAL);
  }

  ConnectionGuard(Sys sys, Limits limits) {
    this.limits = limits;
    this.resting = new RestingConnections(sys, limits.idle());
  }

  /**
   * The part that sees connections first.
   *
   * @param clear whether they are without TLS
   */
  ChannelHandler entrance(boolean clear) {
    return new Entrance(this, clear);
  }

  /** Takes a new connection in, or closes it if there are too many. */
  boolean admit(Channel connection, Entrance entrance) {
    if (open.incrementAndGet() > limits.most()) {
      open.decrementAndGet();
      if (!full.getAndSet(true)) {
        LOG.warnf("more than %d connections: further ones are closed", limits.most());
      }
      connection.unsafe().closeForcibly(); // not an answer more: each would cost what is short
      return false;
    }
    watch(connection, entrance);
    return true;
  }

  /** For a connection that was counted already. */
  void watch(Channel connection, Entrance entrance) {
    connection.closeFuture().addListener(_ -> left());
    connection.pipeline().addLast("opening", new Opening(limits.firstHead(), entrance));
  }

  /** Counts one more. */
  void entered() {
    open.incrementAndGet();
  }

  void left() {
    open.decrementAndGet();
    full.set(false);
  }

  /** Whether there are so many that those without a request should rest. */
  boolean isBusy() {
    return open.get() > limits.resting();
  }

  RestingConnections resting() {
    return resting;
  }

  @Override
  public void close() {
    resting.close();
  }

  /** The protocol of a connection has been settled: its own deadlines take over. */
  @Override
  public void handle(HttpConnection connection) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    Opening opening = pipeline.get(Opening.class);
    opening.settled();
    if (pipeline.get("handler") instanceof Http2ConnectionHandler multiplexed) {
      multiplexed
          .connection()
          .addListener(new StreamDeadline(pipeline.channel(), limits.firstHead(), limits.idle()));
      BodyDeadline.watch(multiplexed, pipeline.context("handler"), limits.stalled());
    } else {
      pipeline.addBefore("handler", "deadline", new HeadDeadline(limits, opening));
    }
  }
}
