package io.layerd.api.stream;

import io.layerd.api.ApiVersion;
import io.layerd.api.WatchedResponse;
import io.layerd.error.InvalidParameter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.Http1xServerConnection;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;

/**
 * Takes the connection of a request over for raw bytes, as Docker's attach and exec do.
 *
 * <p>Vert.x offers that for CONNECT and GET only, Docker asks with POST: so the head of the answer
 * goes around the HTTP encoder, and the connection is turned into a socket afterwards. The client's
 * half-close must not close the connection, since output goes on after the input has ended.
 */
final class Hijack {
  private Hijack() {}

  /**
   * Call before there is anything to join a client with.
   *
   * @throws InvalidParameter if the connection carries other requests as well
   */
  static void check(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      throw new InvalidParameter(
          "a connection of HTTP/2 cannot be attached to a process: use HTTP/1.1");
    }
  }

  /**
   * Answers and takes over; call on the event loop after the request's body was read.
   *
   * @param tty whether output comes from a terminal, and so without frames
   */
  static Future<HijackedConnection> take(RoutingContext routing, boolean tty) {
    HttpServerRequest request = routing.request();
    ConnectionBase connection = (ConnectionBase) request.connection();
    ChannelPipeline pipeline = connection.channel().pipeline();
    connection.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    connection.channel().config().setAutoRead(false);
    HijackInput input = new HijackInput();
    pipeline.addBefore("handler", "hijack", input);
    if (routing.response() instanceof WatchedResponse watched) {
      watched.status(request.headers().contains("Upgrade") ? 101 : 200);
    }
    ByteBuf head = Unpooled.copiedBuffer(head(routing, tty), StandardCharsets.ISO_8859_1);
    ChannelFuture _ = pipeline.context("httpEncoder").writeAndFlush(head);
    Context context = io.vertx.core.Vertx.currentContext();
    return ((Http1xServerConnection) request.connection())
        .netSocket()
        .map(socket -> connected(context, socket, input));
  }

  private static HijackedConnection connected(
      Context context, NetSocket socket, HijackInput input) {
    return new HijackedConnection(context, socket, input);
  }

  private static String head(RoutingContext routing, boolean tty) {
    HttpServerRequest request = routing.request();
    boolean upgrade = request.headers().contains("Upgrade");
    boolean multiplexed = upgrade && !tty && ApiVersion.of(request).atLeast(42);
    StringBuilder head = new StringBuilder();
    head.append(upgrade ? "HTTP/1.1 101 UPGRADED\r\n" : "HTTP/1.1 200 OK\r\n");
    head.append("Content-Type: ").append(multiplexed ? Frames.MULTIPLEXED : Frames.RAW);
    head.append("\r\n");
    if (upgrade) {
      head.append("Connection: Upgrade\r\nUpgrade: tcp\r\n");
    }
    for (String name : new String[] {"Api-Version", "Docker-Experimental", "Ostype", "Server"}) {
      String value = routing.response().headers().get(name);
      if (value != null) {
        head.append(name).append(": ").append(value).append("\r\n");
      }
    }
    return head.append("\r\n").toString();
  }
}
