package io.layerd.daemon;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;

/**
 * Decides whether a connection's first request changes to HTTP/2. Vert.x takes every {@code
 * Upgrade: h2c} for that and refuses those it cannot follow; Docker's clients mean something else
 * by it on {@code /session} and {@code /grpc}, where it comes without HTTP/2's settings.
 *
 * <p>A request with a body stays as it is, too: the body would pass by HTTP/2's flow control.
 */
final class UpgradeChoice extends ChannelInboundHandlerAdapter {
  private static final String SETTINGS = "http2-settings";

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof HttpRequest request) {
      HttpHeaders headers = request.headers();
      String upgrade = headers.get(HttpHeaderNames.UPGRADE);
      boolean asked = upgrade != null && upgrade.equalsIgnoreCase("h2c");
      if (asked && !headers.contains(SETTINGS)) {
        headers.remove(HttpHeaderNames.UPGRADE);
        ctx.pipeline().addAfter("h2c", "unhidden", new Unhidden(upgrade));
      } else if (asked && hasBody(headers)) {
        headers.remove(HttpHeaderNames.UPGRADE);
      }
      ctx.pipeline().remove(this);
    }
    super.channelRead(ctx, message);
  }

  private static boolean hasBody(HttpHeaders headers) {
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || (length != null && !length.equals("0"));
  }

  /** Behind Vert.x's decision: gives the request its header back. */
  private static final class Unhidden extends ChannelInboundHandlerAdapter {
    private final String upgrade;

    Unhidden(String upgrade) {
      this.upgrade = upgrade;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
      if (message instanceof HttpRequest request) {
        request.headers().set(HttpHeaderNames.UPGRADE, upgrade);
        ctx.pipeline().remove(this);
      }
      super.channelRead(ctx, message);
    }
  }
}
