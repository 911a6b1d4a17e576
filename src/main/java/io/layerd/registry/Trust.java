package io.layerd.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Which server certificates count: the host's own store, as with Go, and extra authorities. */
final class Trust {
  private static final List<String> SYSTEM_BUNDLES =
      List.of(
          "/etc/ssl/certs/ca-certificates.crt",
          "/etc/pki/tls/certs/ca-bundle.crt",
          "/etc/ssl/ca-bundle.pem",
          "/etc/ssl/cert.pem");

  private Trust() {}

  /** Accepts every certificate, for registries listed as insecure. */
  static TrustManager[] everything() {
    return new TrustManager[] {new AcceptAll()};
  }

  /** The system's authorities and some more. */
  static TrustManager[] systemAnd(Collection<Path> authorities)
      throws GeneralSecurityException, IOException {
    Path bundle = systemBundle();
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    if (bundle == null && authorities.isEmpty()) {
      factory.init((KeyStore) null);
      return factory.getTrustManagers();
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (bundle != null) {
      addAll(store, bundle);
    }
    for (Path authority : authorities) {
      addAll(store, authority);
    }
    factory.init(store);
    return factory.getTrustManagers();
  }

  static @Nullable Path systemBundle() {
    String chosen = System.getenv("SSL_CERT_FILE");
    if (chosen != null && !chosen.isEmpty()) {
      return Path.of(chosen);
    }
    return SYSTEM_BUNDLES.stream().map(Path::of).filter(Files::isReadable).findFirst().orElse(null);
  }

  private static void addAll(KeyStore store, Path pem)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(pem)) {
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry(pem + "#" + number++, each);
      }
    }
  }

  /** An extended manager, because for a plain one the JDK would still check the host's name. */
  private static final class AcceptAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
