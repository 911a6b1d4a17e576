package io.layerd.daemon.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** Answers a client that forgot about TLS in the words of Go's server, and nothing else. */
final class TlsOnlyHandler extends SslHandler {
  private static final String ANSWER =
      "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

  /** A TLS record's head; what is shorter tells nothing yet. */
  private static final int HEAD_BYTES = 5;

  private boolean told;
  private boolean begun;

  TlsOnlyHandler(SSLEngine engine, Executor executor) {
    super(engine, false, executor);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws SSLException {
    if (told) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (!begun && in.readableBytes() >= HEAD_BYTES) {
      begun = true;
      if (looksLikeHttp(in)) {
        told = true;
        in.skipBytes(in.readableBytes());
        ByteBuf answer = Unpooled.copiedBuffer(ANSWER, StandardCharsets.US_ASCII);
        // from here towards the socket: past this handler, which would encrypt it
        ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
        return;
      }
    }
    super.decode(ctx, in, out);
  }

  /** A method's first letters, as Go looks for them. */
  private static boolean looksLikeHttp(ByteBuf in) {
    String head = in.toString(in.readerIndex(), HEAD_BYTES, StandardCharsets.US_ASCII);
    return switch (head) {
      case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET" -> true;
      default -> false;
    };
  }
}
