package io.layerd.daemon.tls;

import io.layerd.error.EngineException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** A context whose certificates can be exchanged; each connection keeps those it began with. */
final class ExchangedContext extends SslContext {
  private volatile Future<SslContext> made;

  /**
   * @param first may still be in the making
   */
  ExchangedContext(Future<SslContext> first) {
    this.made = first;
  }

  void exchange(SslContext next) {
    made = CompletableFuture.completedFuture(next);
  }

  /**
   * Waits for the first one.
   *
   * @throws EngineException if it cannot be made
   */
  void await() {
    SslContext _ = current();
  }

  private SslContext current() {
    Future<SslContext> latest = made;
    if (latest.state() == Future.State.SUCCESS) {
      return latest.resultNow();
    }
    try {
      return latest.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException known) {
        throw known;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    return new TlsOnlyHandler(newEngine(allocator), Runnable::run);
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls, Executor executor) {
    return new TlsOnlyHandler(newEngine(allocator), executor);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls) {
    return new TlsOnlyHandler(newEngine(allocator, peerHost, peerPort), Runnable::run);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator,
      String peerHost,
      int peerPort,
      boolean startTls,
      Executor executor) {
    return new TlsOnlyHandler(newEngine(allocator, peerHost, peerPort), executor);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current().newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return current().newEngine(allocator, peerHost, peerPort);
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return current().cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // the type that Netty asks for
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current().applicationProtocolNegotiator();
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current().sessionContext();
  }
}
