package io.layerd.daemon;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd how the daemon is, if it asked to be told (sd_notify(3)). A failure is only logged:
 * the daemon works without.
 */
final class ServiceManager implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final String SERVING = "READY=1\nSTATUS=Serving the Docker Remote API";

  private final Vertx vertx;
  private final @Nullable Channel channel;
  private @Nullable Long watchdog;

  private ServiceManager(Vertx vertx, @Nullable Channel channel) {
    this.vertx = vertx;
    this.channel = channel;
  }

  /**
   * Takes {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID} from the
   * environment; without the first, nothing is ever sent.
   */
  static ServiceManager of(Vertx vertx, Map<String, String> environment, int pid) {
    String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (socket.isEmpty()) {
      return new ServiceManager(vertx, null);
    }
    ServiceManager manager = new ServiceManager(vertx, connect(vertx, socket));
    long period = watchdogMicroseconds(environment, pid) / 2;
    if (period > 0 && manager.channel != null) {
      // Twice as often as needed. It comes from an event loop, so a daemon that hangs falls silent.
      manager.watchdog =
          vertx.setPeriodic(
              Math.max(1, TimeUnit.MICROSECONDS.toMillis(period)), _ -> manager.send("WATCHDOG=1"));
    }
    return manager;
  }

  private static @Nullable Channel connect(Vertx vertx, String socket) {
    // "@name" is a socket without a file, which the kernel writes with a zero byte
    String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
    try {
      return new Bootstrap()
          .group(((VertxInternal) vertx).getEventLoopGroup())
          .channelFactory(EpollDomainDatagramChannel::new)
          .handler(new ChannelInboundHandlerAdapter())
          .connect(new DomainSocketAddress(path))
          .sync()
          .channel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) { // Netty throws checked exceptions undeclared
      LOG.warnf("cannot reach the service manager at %s: %s", socket, e.getMessage());
    }
    return null;
  }

  /** Zero if the service manager does not watch this process (sd_watchdog_enabled(3)). */
  private static long watchdogMicroseconds(Map<String, String> environment, int pid) {
    String watched = environment.getOrDefault("WATCHDOG_PID", "");
    if (!watched.isEmpty() && !watched.equals(Integer.toString(pid))) {
      return 0;
    }
    try {
      return Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
    } catch (NumberFormatException e) {
      LOG.warnf("WATCHDOG_USEC makes no sense: %s", e.getMessage());
      return 0;
    }
  }

  void starting() {
    send("STATUS=Recovering containers and networks");
  }

  void ready() {
    send(SERVING);
  }

  /** Around a reload: systemd waits for the end of one that it asked for itself. */
  void reloading(Runnable reload) {
    // Java's nanoTime is Linux's CLOCK_MONOTONIC, by which systemd tells old messages from new
    // ones.
    long now = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    send("RELOADING=1\nMONOTONIC_USEC=" + now + "\nSTATUS=Reading the configuration again");
    try {
      reload.run();
    } finally {
      send(SERVING);
    }
  }

  void stopping(boolean containersGoOn) {
    send(
        containersGoOn
            ? "STOPPING=1\nSTATUS=Stopping; the containers go on"
            : "STOPPING=1\nSTATUS=Stopping the containers");
  }

  /** Messages arrive in the order they are sent in; nobody waits for that. */
  private void send(String state) {
    if (channel != null) {
      channel
          .writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.UTF_8))
          .addListener(
              sent -> {
                if (!sent.isSuccess()) {
                  LOG.warnf(
                      "cannot tell the service manager %s: %s",
                      state.lines().findFirst().orElse(""), sent.cause().getMessage());
                }
              });
    }
  }

  /** Sends what is left, and leaves. */
  @Override
  public void close() {
    if (watchdog != null) {
      vertx.cancelTimer(watchdog);
    }
    if (channel != null) {
      channel.close().awaitUninterruptibly();
    }
  }
}
