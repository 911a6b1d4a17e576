package io.layerd.daemon;

import io.layerd.sys.Sys;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
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
final class Listeners {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final int MOST_LOOPS = 4;
  private static final int STOP_SECONDS = 10;

  /** As Go's servers allow: clients put whole JSON objects into query and headers. */
  private static final int LINE_BYTES = 256 * 1024;

  private static final int HEADER_BYTES = 1024 * 1024;

  private static final Pattern BIND_FAILURE =
      Pattern.compile("bind\\(\\.\\.\\) failed with error\\(-\\d+\\): (.*)");

  private final Vertx vertx;
  private final Sys sys;
  private final Handler<HttpServerRequest> handler;
  private final List<String> deployments = new ArrayList<>();
  private final List<Path> sockets = new ArrayList<>();

  Listeners(Vertx vertx, Sys sys, Handler<HttpServerRequest> handler) {
    this.vertx = vertx;
    this.sys = sys;
    this.handler = handler;
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
    try {
      for (HostAddress host : hosts) {
        switch (host) {
          case HostAddress.Unix unix -> bindUnix(unix, group);
          case HostAddress.Tcp tcp -> bindTcp(tcp);
        }
        LOG.infof("API listen on %s", host);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void bindUnix(HostAddress.Unix host, @Nullable String group) {
    UnixSocketFile.prepare(host.path());
    try {
      UnixSocketFile.closedWhile(
          sys, () -> deploy(SocketAddress.domainSocketAddress(host.path().toString()), host));
    } catch (io.layerd.sys.ErrnoException e) {
      throw new StartupFailure("failed to load listeners: " + e.getMessage(), e);
    }
    sockets.add(host.path());
    UnixSocketFile.open(host.path(), group);
  }

  private void bindTcp(HostAddress.Tcp host) {
    deploy(SocketAddress.inetSocketAddress(host.port(), host.host()), host);
  }

  /** Several event loops share one listening socket, which Vert.x hands connections round from. */
  private void deploy(SocketAddress address, HostAddress host) {
    int loops = Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors());
    Future<String> deployment =
        vertx.deployVerticle(
            () -> new Server(address, handler), new DeploymentOptions().setInstances(loops));
    try {
      deployments.add(deployment.toCompletionStage().toCompletableFuture().join());
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String network = host instanceof HostAddress.Unix ? "unix" : "tcp";
      throw new StartupFailure(
          "failed to load listeners: listen " + network + " " + host + ": " + reason(cause), cause);
    }
  }

  /** {@code bind(..) failed with error(-98): Address already in use} in Go's words. */
  private static String reason(Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    Matcher bind = BIND_FAILURE.matcher(text);
    return bind.matches() ? "bind: " + bind.group(1).toLowerCase(Locale.ROOT) : text;
  }

  /** Stops listening, ends what still streams, and removes the socket files. */
  void close() {
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
    for (Path socket : sockets) {
      try {
        Files.deleteIfExists(socket);
      } catch (IOException e) {
        LOG.warnf("cannot remove %s: %s", socket, Reason.of(e));
      }
    }
    sockets.clear();
  }

  /** One event loop's share of a listener. */
  private static final class Server extends AbstractVerticle {
    private final SocketAddress address;
    private final Handler<HttpServerRequest> handler;

    Server(SocketAddress address, Handler<HttpServerRequest> handler) {
      this.address = address;
      this.handler = handler;
    }

    @Override
    public void start(Promise<Void> started) {
      HttpServerOptions options =
          new HttpServerOptions()
              .setMaxInitialLineLength(LINE_BYTES)
              .setMaxHeaderSize(HEADER_BYTES)
              .setHttp2ClearTextEnabled(false)
              .setTcpKeepAlive(true);
      HttpServer server = vertx.createHttpServer(options);
      server
          .requestHandler(handler)
          .exceptionHandler(failure -> LOG.debugf("connection: %s", failure.getMessage()))
          .listen(address)
          .<Void>mapEmpty()
          .onComplete(started);
    }
  }
}
