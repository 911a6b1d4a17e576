package io.layerd.api.rpc;

import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcPeer;
import io.layerd.rpc.RpcStream;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A client that serves calls on its connection. */
final class ConnectedPeer implements RpcPeer {
  private final Channel connection;

  ConnectedPeer(Channel connection) {
    this.connection = connection;
  }

  @Override
  public RpcStream open(String method, Map<String, List<String>> headers)
      throws RpcException, InterruptedException {
    MadeCall call = new MadeCall();
    Future<Http2StreamChannel> opened =
        new Http2StreamChannelBootstrap(connection).handler(call).open().await();
    if (!opened.isSuccess()) {
      throw new RpcException(RpcException.UNAVAILABLE, "the client's session is gone");
    }
    Http2Headers head =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .path(method)
            .authority("localhost")
            .set("te", "trailers")
            .set("content-type", "application/grpc")
            .set("user-agent", "layerd");
    headers.forEach((name, values) -> head.add(name.toLowerCase(Locale.ROOT), values));
    ChannelFuture _ = opened.getNow().writeAndFlush(new DefaultHttp2HeadersFrame(head));
    return call;
  }

  @Override
  public void onClose(Runnable action) {
    connection.closeFuture().addListener(_ -> action.run());
  }

  @Override
  public void close() {
    ChannelFuture _ = connection.close();
  }
}
