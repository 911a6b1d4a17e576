package io.layerd.daemon;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@link HeadDeadline} for HTTP/2: closes a connection on which no request is open for too long.
 * Pings and settings do not keep it. Lives on the connection's event loop.
 */
final class StreamDeadline extends Http2ConnectionAdapter {
  private final Channel channel;
  private final Duration idle;
  private java.util.concurrent.@Nullable Future<?> deadline;
  private int active;

  StreamDeadline(Channel channel, Duration first, Duration idle) {
    this.channel = channel;
    this.idle = idle;
    start(first);
    channel.closeFuture().addListener(_ -> cancel());
  }

  @Override
  public void onStreamActive(Http2Stream stream) {
    active++;
    cancel();
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    if (--active == 0 && channel.isActive()) {
      start(idle);
    }
  }

  private void start(Duration time) {
    cancel();
    deadline =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  ChannelFuture _ = channel.close();
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
  }

  private void cancel() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }
}
