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
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Takes the connection of a request over for raw bytes, as Docker's attach and exec do.
 *
 * <p>Vert.x offers that for CONNECT and GET only, Docker asks with POST: so the head of the answer
 * goes around the HTTP encoder, and the connection is turned into a socket afterwards. The client's
 * half-close must not close the connection, since output goes on after the input has ended.
 */
final class Hijack {
  /** RFC 6455, 1.3. */
  private static final String WEB_SOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

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
    boolean upgrade = routing.request().headers().contains("Upgrade");
    return take(routing, upgrade ? 101 : 200, head(routing, tty), false, false);
  }

  /**
   * The same for a client that wants a WebSocket, which was checked.
   *
   * @param binary whether output goes as binary messages, else as text
   */
  static Future<HijackedConnection> takeSocket(RoutingContext routing, boolean binary) {
    return take(routing, 101, socketHead(routing.request()), true, binary);
  }

  private static Future<HijackedConnection> take(
      RoutingContext routing, int status, String answer, boolean webSocket, boolean binary) {
    HttpServerRequest request = routing.request();
    ConnectionBase connection = (ConnectionBase) request.connection();
    ChannelPipeline pipeline = connection.channel().pipeline();
    connection.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    connection.channel().config().setAutoRead(false);
    HijackInput input = new HijackInput();
    pipeline.addBefore("handler", "hijack", input);
    if (webSocket) {
      WebSocketFrames.insert(pipeline, "hijack", binary);
    }
    if (routing.response() instanceof WatchedResponse watched) {
      watched.status(status);
    }
    ByteBuf head = Unpooled.copiedBuffer(answer, StandardCharsets.ISO_8859_1);
    ChannelFuture _ = pipeline.context("httpEncoder").writeAndFlush(head);
    Context context = io.vertx.core.Vertx.currentContext();
    return ((Http1xServerConnection) request.connection())
        .netSocket()
        .map(socket -> connected(context, socket, input));
  }

  /**
   * Answers that another protocol is spoken from now on; call on the event loop after the request's
   * body was read. Nothing is read until somebody turns reading on.
   */
  static Future<NetSocket> takeBytes(RoutingContext routing, String protocol) {
    HttpServerRequest request = routing.request();
    ConnectionBase connection = (ConnectionBase) request.connection();
    connection.channel().config().setAutoRead(false);
    if (routing.response() instanceof WatchedResponse watched) {
      watched.status(101);
    }
    String head =
        "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n";
    ByteBuf bytes = Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1);
    ChannelFuture _ = connection.channel().pipeline().context("httpEncoder").writeAndFlush(bytes);
    return ((Http1xServerConnection) request.connection()).netSocket();
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

  /** RFC 6455, 4.2.2; of several protocols offered none is chosen. */
  private static String socketHead(HttpServerRequest request) {
    String key = String.valueOf(request.getHeader("Sec-WebSocket-Key"));
    StringBuilder head = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\n");
    head.append("Upgrade: websocket\r\nConnection: Upgrade\r\n");
    head.append("Sec-WebSocket-Accept: ").append(accept(key)).append("\r\n");
    String protocol = request.getHeader("Sec-WebSocket-Protocol");
    if (protocol != null && protocol.indexOf(',') < 0) {
      head.append("Sec-WebSocket-Protocol: ").append(protocol.strip()).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  private static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key.strip() + WEB_SOCKET_GUID).getBytes(StandardCharsets.ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
