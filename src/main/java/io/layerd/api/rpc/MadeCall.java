package io.layerd.api.rpc;

import io.layerd.rpc.RpcException;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** A call that is made to the client. */
final class MadeCall extends CallStream {
  @Override
  void headers(Http2Headers headers, boolean last) {
    CharSequence status = headers.status();
    if (status != null && !status.toString().equals("200")) {
      fail(new RpcException(RpcException.INTERNAL, "the client answers HTTP status " + status));
      return;
    }
    CharSequence code = headers.get("grpc-status");
    if (code != null && !code.toString().equals("0")) {
      fail(new RpcException(number(code), message(headers.get("grpc-message"))));
    }
  }

  private static int number(CharSequence code) {
    try {
      return Integer.parseInt(code.toString());
    } catch (NumberFormatException e) {
      return RpcException.UNKNOWN;
    }
  }

  private static String message(@Nullable CharSequence encoded) {
    return encoded == null ? "" : StatusText.decode(encoded.toString());
  }

  @Override
  void broken(RpcException why) {
    // whoever waits is told by the failure itself
  }

  @Override
  void beforeSending() {
    // the headers opened the stream
  }

  @Override
  public void closeSend() {
    ChannelFuture _ =
        channel().writeAndFlush(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER, true));
  }
}
