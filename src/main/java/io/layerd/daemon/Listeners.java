package io.layerd.daemon;

import io.layerd.daemon.tls.ServerTls;
import io.layerd.sys.Sys;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The sockets the API is served on. */
final class Listeners implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd");

  /** How each sentence about a listener begins, as in dockerd. */
  static final String FAILED = "failed to load listeners: ";

  private static final int MOST_LOOPS = 4;
  private static final int STOP_SECONDS = 10;

  /** As Go's servers allow: clients put whole JSON objects into query and headers. */
  private static final int LINE_BYTES = 256 * 1024;

  private static final int HEADER_BYTES = 1024 * 1024;

  /** What one read of a socket gives at most; smaller pieces cost large bodies dearly. */
  private static final int PIECE_BYTES = 64 * 1024;

  /** Requests at once on one connection of HTTP/2. */
  private static final int MOST_STREAMS = 100;

  /** What a client may send ahead of a reader; uploads need more than HTTP/2's 64 KiB. */
  private static final int STREAM_WINDOW_BYTES = 256 * 1024;

  private static final int CONNECTION_WINDOW_BYTES = 1024 * 1024;

  /** A client that takes more requests back than this is disconnected. */
  private static final int MOST_RESETS = 200;

  private static final int RESETS_SECONDS = 30;

  private static final Pattern BIND_FAILURE =
      Pattern.compile("bind\\(\\.\\.\\) failed with error\\(-\\d+\\): (.*)");

  private final Vertx vertx;
  private final Sys sys;
  private final Handler<HttpServerRequest> handler;
  private final @Nullable ServerTls tls;
  private final List<String> deployments = new ArrayList<>();
  private final List<Path> sockets = new ArrayList<>();
  private final ConnectionGuard guard;
  private final List<String> bound = new ArrayList<>();

  /** Of plain HTTP. */
  Listeners(Vertx vertx, Sys sys, Handler<HttpServerRequest> handler) {
    this(vertx, sys, handler, null);
  }

  /**
   * @param tls what TCP hosts speak; null for plain HTTP
   */
  Listeners(Vertx vertx, Sys sys, Handler<HttpServerRequest> handler, @Nullable ServerTls tls) {
    this.vertx = vertx;
    this.sys = sys;
    this.handler = handler;
    this.tls = tls;
    this.guard = new ConnectionGuard(sys);
  }

  /**
   * Binds every host; blocks until all are bound.
   *
   * @throws StartupFailure if one cannot be; the others are closed again
   */
  void bind(List<HostAddress> hosts, @Nullable String group) {
    if (!vertx.isNativeTransportEnabled()) {
      throw new StartupFailure(
          "this Java runtime cannot listen on unix sockets: the epoll library did not load",
          vertx.unavailableNativeTransportCause());
    }
    ActivatedSockets activated = ActivatedSockets.of(sys, System.getenv());
    try {
      for (HostAddress host : hosts) {
        switch (host) {
          case HostAddress.Unix unix -> bindUnix(unix, group);
          case HostAddress.Tcp tcp -> bindTcp(tcp);
          case HostAddress.Activated some ->
              activated.take(some.selector()).forEach(this::serveActivated);
        }
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Says where clients are served. */
  void announce() {
    bound.forEach(host -> LOG.infof("API listen on %s", host));
  }

  private void bindUnix(HostAddress.Unix host, @Nullable String group) {
    UnixSocketFile.prepare(host.path());
    try {
      UnixSocketFile.closedWhile(
          sys,
          () -> deploy(guarded(), SocketAddress.domainSocketAddress(host.path().toString()), host));
    } catch (io.layerd.sys.ErrnoException e) {
      throw new StartupFailure(FAILED + e.getMessage(), e);
    }
    sockets.add(host.path());
    UnixSocketFile.open(host.path(), group);
    bound.add(host.toString());
  }

  /**
   * The file and the rights of a Unix socket are those of the socket unit: they stay as they are.
   */
  private void serveActivated(ActivatedSocket socket) {
    deploy(
        new ListeningVertx((VertxInternal) vertx, guard, socket),
        socket.address(),
        new HostAddress.Activated(String.valueOf(socket.fd())));
    bound.add(socket.toString());
  }

  private void bindTcp(HostAddress.Tcp host) {
    if (host.port() > 65535) {
      throw new StartupFailure(FAILED + "listen tcp: address " + host.port() + ": invalid port");
    }
    HostAddress.Tcp endpoint;
    try {
      endpoint = HostLookup.of(host).endpoint();
    } catch (UnknownHostException e) {
      throw new StartupFailure(
          FAILED + "failed to lookup " + host.host() + " address in host specification", e);
    }
    if (bound.contains(endpoint.toString())) {
      // Vert.x would share the socket: two names of one address are a mistake, as in dockerd
      throw new StartupFailure(
          FAILED
              + "failed to allocate daemon listening port %1$d (err: Bind for %2$s:%1$d failed:"
                  .formatted(endpoint.port(), endpoint.host())
              + " port is already allocated)");
    }
    deploy(guarded(), SocketAddress.inetSocketAddress(endpoint.port(), endpoint.host()), endpoint);
    bound.add(endpoint.toString());
  }

  private Vertx guarded() {
    return new ListeningVertx((VertxInternal) vertx, guard);
  }

  /** Several event loops share one listening socket, which Vert.x hands connections round from. */
  private void deploy(Vertx serving, SocketAddress address, HostAddress host) {
    int loops = Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors());
    Future<String> deployment =
        vertx.deployVerticle(
            () -> new Server(serving, address, handler, guard, address.isInetSocket() ? tls : null),
            new DeploymentOptions().setInstances(loops));
    try {
      deployments.add(deployment.toCompletionStage().toCompletableFuture().join());
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String where =
          switch (host) {
            case HostAddress.Unix unix -> "unix " + unix;
            case HostAddress.Tcp tcp -> "tcp " + tcp;
            case HostAddress.Activated some -> some.toString();
          };
      throw new StartupFailure(FAILED + "listen " + where + ": " + reason(cause), cause);
    }
  }

  /** {@code bind(..) failed with error(-98): Address already in use} in Go's words. */
  static String reason(Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    Matcher bind = BIND_FAILURE.matcher(text);
    return bind.matches() ? "bind: " + bind.group(1).toLowerCase(Locale.ROOT) : text;
  }

  /** Removes the socket files, so that nobody connects any more; connections go on. */
  void hide() {
    for (Path socket : sockets) {
      try {
        Files.deleteIfExists(socket);
      } catch (IOException e) {
        LOG.warnf("cannot remove %s: %s", socket, Reason.of(e));
      }
    }
    sockets.clear();
  }

  /** Stops listening, ends what still streams, and removes the socket files. */
  @Override
  public void close() {
    guard.close();
    for (String deployment : deployments) {
      try {
        vertx
            .undeploy(deployment)
            .toCompletionStage()
            .toCompletableFuture()
            .get(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
        LOG.warnf("a listener did not close: %s", e.getMessage());
      }
    }
    deployments.clear();
    hide();
    bound.clear();
  }

  /** One event loop's share of a listener. */
  private static final class Server extends AbstractVerticle {
    private final Vertx serving;
    private final SocketAddress address;
    private final ConnectionGuard guard;
    private final Handler<HttpServerRequest> handler;
    private final @Nullable ServerTls tls;

    Server(
        Vertx serving,
        SocketAddress address,
        Handler<HttpServerRequest> handler,
        ConnectionGuard guard,
        @Nullable ServerTls tls) {
      this.guard = guard;
      this.serving = serving;
      this.address = address;
      this.handler = handler;
      this.tls = tls;
    }

    @Override
    public void start(Promise<Void> started) {
      HttpServerOptions options =
          new HttpServerOptions()
              .setMaxInitialLineLength(LINE_BYTES)
              .setMaxHeaderSize(HEADER_BYTES)
              .setMaxChunkSize(PIECE_BYTES)
              .setHttp2ClearTextEnabled(true)
              .setInitialSettings(
                  new Http2Settings()
                      .setMaxConcurrentStreams(MOST_STREAMS)
                      .setMaxHeaderListSize(HEADER_BYTES)
                      .setInitialWindowSize(STREAM_WINDOW_BYTES))
              .setHttp2ConnectionWindowSize(CONNECTION_WINDOW_BYTES)
              .setHttp2RstFloodMaxRstFramePerWindow(MOST_RESETS)
              .setHttp2RstFloodWindowDuration(RESETS_SECONDS)
              .setTcpKeepAlive(true);
      if (tls != null) {
        tls.secure(options);
      }
      HttpServer server = serving.createHttpServer(options);
      server
          .connectionHandler(guard)
          .requestHandler(handler)
          .exceptionHandler(failure -> LOG.debugf("connection: %s", failure.getMessage()))
          .listen(address)
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
