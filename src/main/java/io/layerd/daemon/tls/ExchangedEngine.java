package io.layerd.daemon.tls;

import io.netty.handler.ssl.SslContext;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;

/**
 * Hands Vert.x the one context of all listeners. Handshakes sign with the server's key, which takes
 * milliseconds for RSA, so they run beside the event loop.
 */
final class ExchangedEngine extends SSLEngineOptions {
  private final ExchangedContext context;

  ExchangedEngine(ExchangedContext context) {
    this.context = context;
    setUseWorkerThread(true);
  }

  @Override
  public SSLEngineOptions copy() {
    return this;
  }

  @Override
  public SslContextFactory sslContextFactory() {
    return new SslContextFactory() {
      @Override
      public SslContext create() {
        return context;
      }
    };
  }
}
