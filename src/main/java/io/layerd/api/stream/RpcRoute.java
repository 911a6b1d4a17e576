package io.layerd.api.stream;

import io.layerd.api.ApiFront;
import io.layerd.api.ErrorAnswer;
import io.layerd.api.rpc.RpcConnections;
import io.layerd.engine.BuildKitCommands;
import io.layerd.error.InvalidParameter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** POST /grpc and POST /session: BuildKit's clients, who speak gRPC once they are connected. */
final class RpcRoute {
  private static final String EXPOSED = "X-Docker-Expose-Session-";

  private final BuildKitCommands builds;

  RpcRoute(BuildKitCommands builds) {
    this.builds = builds;
  }

  /** The client calls. */
  void control(RoutingContext routing) {
    Predicate<String> allowed = AllowedImages.of(routing.request());
    take(
        routing,
        (channel, handler) -> RpcConnections.serve(channel, handler, builds.control(allowed)));
  }

  /** The client serves: its files, credentials and secrets. */
  void session(RoutingContext routing) {
    MultiMap headers = routing.request().headers();
    String id = text(headers, EXPOSED + "Uuid");
    if (id.isEmpty()) {
      throw new InvalidParameter("no session id: header " + EXPOSED + "Uuid is missing");
    }
    String sharedKey = text(headers, EXPOSED + "Sharedkey");
    List<String> methods = List.copyOf(headers.getAll(EXPOSED + "Grpc-Method"));
    take(
        routing,
        (channel, handler) ->
            builds.session(id, sharedKey, methods, RpcConnections.connect(channel, handler)));
  }

  private static String text(MultiMap headers, String name) {
    String value = headers.get(name);
    return value == null ? "" : value;
  }

  private static void take(RoutingContext routing, BiConsumer<Channel, String> then) {
    HttpServerRequest request = routing.request();
    Hijack.check(request);
    String protocol = text(request.headers(), "Upgrade");
    if (protocol.isEmpty()) {
      throw new InvalidParameter("no upgrade proto in request");
    }
    if (!"h2c".equalsIgnoreCase(protocol)) {
      throw new InvalidParameter("protocol " + protocol + " not supported");
    }
    BodyReader.read(request)
        .onFailure(failure -> ApiFront.answer(routing.response(), ErrorAnswer.of(failure)))
        .onSuccess(
            _ ->
                Hijack.takeBytes(routing, "h2c")
                    .onSuccess(socket -> hand(socket, then))
                    .onFailure(_ -> request.connection().close()));
  }

  private static void hand(NetSocket socket, BiConsumer<Channel, String> then) {
    ChannelHandlerContext context = ((NetSocketInternal) socket).channelHandlerContext();
    then.accept(context.channel(), context.name());
  }
}
