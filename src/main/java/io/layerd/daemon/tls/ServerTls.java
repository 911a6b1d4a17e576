package io.layerd.daemon.tls;

import io.layerd.certs.Expiry;
import io.layerd.certs.TlsFiles;
import io.layerd.certs.TlsMaterial;
import io.layerd.error.EngineException;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/**
 * The TLS of all TCP listeners. New connections use the newest files that were read and found good;
 * sessions made with older ones cannot be resumed, so that nobody who has been shut out comes back.
 */
public final class ServerTls implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger("layerd");
  private static final Duration SOON = Duration.ofDays(30);
  private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

  /** Forward secret and authenticated; what Go serves as well. */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final ExchangedContext context;
  private final FileWatch watch;
  private volatile TlsFiles files;
  private volatile List<Expiry> expiries;

  private ServerTls(TlsFiles files) {
    this.files = files;
    this.watch = new FileWatch("TLS files", () -> this.files.paths(), this::readAgain);
    TlsMaterial material = files.read();
    FutureTask<SslContext> first = new FutureTask<>(() -> build(material));
    Thread.ofPlatform().daemon().name("tls-context").start(first);
    this.context = new ExchangedContext(first);
    this.expiries = material.expiries();
  }

  /**
   * Reads the files. What is made of them takes as long as the start of everything else, so it is
   * made beside that.
   *
   * @throws io.layerd.error.InvalidParameter if they do not make a server, in dockerd's words
   */
  public static ServerTls read(TlsFiles files) {
    return new ServerTls(files);
  }

  /**
   * Says what an operator should know about the files, and watches them until it is closed.
   *
   * @throws io.layerd.error.InvalidParameter if they cannot be used
   */
  public void open() {
    context.await();
    tell();
    watch.start();
  }

  /** Makes a listener speak TLS, and nothing else. */
  public HttpServerOptions secure(HttpServerOptions options) {
    return options
        .setSsl(true)
        .setUseAlpn(true)
        .setSslEngineOptions(new ExchangedEngine(context))
        // asked for by Vert.x, though the context has them
        .setKeyCertOptions(KeyCertOptions.wrap(NoKeys.INSTANCE))
        .setClientAuth(
            files.verify()
                ? io.vertx.core.http.ClientAuth.REQUIRED
                : io.vertx.core.http.ClientAuth.NONE)
        .setEnabledSecureTransportProtocols(Set.copyOf(PROTOCOLS));
  }

  /** When each part of what is in use runs out. */
  public List<Expiry> expiries() {
    return expiries;
  }

  /** What {@code docker info} warns of: parts that run out soon, or have. */
  public List<String> warnings() {
    Instant now = Instant.now();
    List<String> warnings = new ArrayList<>();
    for (Expiry expiry : expiries) {
      Duration left = expiry.left(now);
      if (left.isNegative()) {
        warnings.add(sentence(expiry) + " ran out at " + expiry.at());
      } else if (left.compareTo(SOON) < 0) {
        warnings.add(
            sentence(expiry) + " runs out in " + left.toDays() + " days, at " + expiry.at());
      }
    }
    return warnings;
  }

  private static String sentence(Expiry expiry) {
    return "The " + expiry.role().words() + " \"" + expiry.name() + "\" of the API's TLS";
  }

  /**
   * Reads other files from now on, and at once; those of before stay in use if these are no good.
   */
  public void reload(TlsFiles newFiles) {
    if (newFiles.verify() != files.verify()) {
      LOG.warn("whether client certificates are asked for changes only with a restart");
      return;
    }
    files = newFiles;
    watch.readNow();
    readAgain();
  }

  /** Reads the files again; those of before stay in use if these are no good. */
  private synchronized void readAgain() {
    try {
      TlsMaterial material = files.read();
      context.exchange(build(material));
      expiries = material.expiries();
      LOG.info("TLS files read again: new connections use them");
      tell();
    } catch (EngineException e) {
      LOG.errorf("TLS files not taken over, the ones of before stay in use: %s", e.getMessage());
    }
  }

  private void tell() {
    if (files.keyIsOpenToOthers()) {
      LOG.warnf("the private key %s can be read by others: chmod 0400 it", files.key());
    }
    for (Expiry expiry : expiries) {
      LOG.infof("%s, valid until %s", sentence(expiry), expiry.at());
    }
    warnings().forEach(LOG::warn);
  }

  private static SslContext build(TlsMaterial material) {
    try {
      SslContextBuilder builder =
          SslContextBuilder.forServer(
                  new OneKey(material.identity().key(), material.identity().chain()))
              .sslProvider(SslProvider.JDK)
              .protocols(PROTOCOLS)
              .ciphers(CIPHERS)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      Protocol.ALPN,
                      SelectorFailureBehavior.NO_ADVERTISE,
                      SelectedListenerFailureBehavior.ACCEPT,
                      "h2",
                      "http/1.1"));
      if (material.clients() != null) {
        builder.trustManager(material.clients()).clientAuth(ClientAuth.REQUIRE);
      }
      return builder.build();
    } catch (SSLException e) {
      throw new io.layerd.error.InvalidParameter(
          "the TLS files cannot be used: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
