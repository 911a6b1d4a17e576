package io.layerd.api.rpc;

import io.layerd.rpc.RpcCall;
import io.layerd.rpc.RpcException;
import io.layerd.rpc.RpcService;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A call that a client makes. */
final class ServedCall extends CallStream implements RpcCall {
  private static final Logger LOG = Logger.getLogger(ServedCall.class);

  private final RpcService service;
  private final List<Runnable> onCancel = new ArrayList<>();
  private @Nullable Http2Headers asked;
  private boolean begun;
  private boolean gone;

  ServedCall(RpcService service) {
    this.service = service;
  }

  @Override
  void headers(Http2Headers headers, boolean last) {
    if (asked != null) {
      return;
    }
    asked = headers;
    Thread.ofPlatform().daemon().name("rpc " + method()).start(this::serve);
  }

  private void serve() {
    try {
      service.serve(this);
      finish(0, "", new byte[0]);
    } catch (RpcException e) {
      finish(e.code(), e.text(), e.details());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      finish(RpcException.CANCELLED, "interrupted", new byte[0]);
    } catch (RuntimeException e) {
      LOG.errorf(e, "%s failed", method());
      finish(RpcException.INTERNAL, String.valueOf(e.getMessage()), new byte[0]);
    }
  }

  private void finish(int code, String message, byte[] details) {
    DefaultHttp2Headers trailers = new DefaultHttp2Headers();
    synchronized (this) {
      onCancel.clear();
      if (!begun) {
        begun = true;
        trailers.status("200").set("content-type", "application/grpc");
      }
    }
    trailers.set("grpc-status", Integer.toString(code));
    if (!message.isEmpty()) {
      trailers.set("grpc-message", StatusText.encode(message));
    }
    if (details.length > 0) {
      trailers.set(
          "grpc-status-details-bin", Base64.getEncoder().withoutPadding().encodeToString(details));
    }
    ChannelFuture _ = channel().writeAndFlush(new DefaultHttp2HeadersFrame(trailers, true));
  }

  @Override
  void beforeSending() {
    synchronized (this) {
      if (begun) {
        return;
      }
      begun = true;
    }
    Http2Headers head = new DefaultHttp2Headers().status("200");
    ChannelFuture _ =
        channel()
            .writeAndFlush(
                new DefaultHttp2HeadersFrame(head.set("content-type", "application/grpc")));
  }

  @Override
  void broken(RpcException why) {
    List<Runnable> actions; // may block, and this may be the event loop
    synchronized (this) {
      gone = true;
      actions = List.copyOf(onCancel);
      onCancel.clear();
    }
    if (!actions.isEmpty()) {
      Thread.ofPlatform()
          .daemon()
          .name("rpc cancellation")
          .start(() -> actions.forEach(Runnable::run));
    }
  }

  @Override
  public void onCancel(Runnable action) {
    synchronized (this) {
      if (!gone) {
        onCancel.add(action);
        return;
      }
    }
    action.run();
  }

  @Override
  public void closeSend() {
    // the trailers end it
  }

  @Override
  public String method() {
    return header(":path");
  }

  @Override
  public String header(String name) {
    CharSequence value = asked == null ? null : asked.get(name);
    return value == null ? "" : value.toString();
  }
}
