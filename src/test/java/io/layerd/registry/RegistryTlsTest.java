package io.layerd.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.layerd.error.SystemFailure;
import io.layerd.oci.Reference;
import java.io.IOException;
import java.io.Writer;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry with a certificate of its own that wants one of the client, and a host name. */
@Timeout(60)
class RegistryTlsTest {
  @TempDir Path certs;
  private final Abort abort = new Abort();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private KeyPair keys;
  private X509Certificate certificate;
  private HttpsServer server;
  private String host;

  @BeforeEach
  void start() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    keys = generator.generateKeyPair();
    certificate = selfSigned();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("k", keys.getPrivate(), new char[0], new X509Certificate[] {certificate});
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(store, new char[0]);
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    authorities.setCertificateEntry("c", certificate);
    trusted.init(authorities);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            TestRegistry.answer(exchange, 200, "a/b", "{}");
          }
        });
    server.setExecutor(threads);
    server.start();
    host = "127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private X509Certificate selfSigned() throws Exception {
    X500Name name = new X500Name("CN=registry.test");
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.ONE,
            Date.from(now.minusSeconds(60)),
            Date.from(now.plusSeconds(3600)),
            name,
            keys.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    builder.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
  }

  private void pem(String file, Object content) throws IOException {
    Path directory = Files.createDirectories(certs.resolve(host));
    try (Writer writer = Files.newBufferedWriter(directory.resolve(file));
        JcaPEMWriter pem = new JcaPEMWriter(writer)) {
      pem.writeObject(content);
    }
  }

  /** The client for verified hosts: loopback would count as insecure. */
  private void connectVerified() throws IOException {
    Proxies proxies = new Proxies(Map.of());
    Transport transport =
        new Transport(
            new HttpClients(proxies).get(true, host, certs), proxies, Duration.ofSeconds(2));
    transport.get(java.net.URI.create("https://" + host + "/v2/"), Map.of(), null, abort).close();
  }

  private void connectInsecure() {
    RegistrySettings settings = RegistrySettings.DEFAULT.withCertsDirectory(certs);
    new Registry(new RegistryOptions(settings))
        .repositories(Reference.parse(host + "/x"), RegistryCredentials.ANONYMOUS)
        .getFirst()
        .connect(abort);
  }

  @Test
  void certificatesOfTheHostAreUsed() throws IOException {
    assertThatThrownBy(this::connectVerified)
        .isInstanceOfSatisfying(
            IOException.class,
            e ->
                assertThat(NetworkErrors.describe("GET", java.net.URI.create("https://h/v2/"), e))
                    .isEqualTo(
                        "Get \"https://h/v2/\": tls: failed to verify certificate: x509:"
                            + " certificate signed by unknown authority"));
    pem("ca.crt", certificate);
    assertThatThrownBy(this::connectVerified)
        .as("the server wants a certificate of the client")
        .isInstanceOf(IOException.class);
    pem("client.cert", certificate);
    pem("client.key", new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
    connectVerified();
    connectInsecure();
  }

  @Test
  void halvesOfAPairAreRefused() throws IOException {
    pem("client.cert", certificate);
    assertThatThrownBy(this::connectInsecure)
        .isInstanceOf(SystemFailure.class)
        .hasMessage(
            "missing key client.key for client certificate client.cert."
                + " CA certificates must use the extension .crt");
    Files.delete(certs.resolve(host).resolve("client.cert"));
    pem("client.key", new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
    assertThatThrownBy(this::connectInsecure)
        .hasMessage("missing client certificate client.cert for key client.key");
  }

  @Test
  void proxiesFollowTheEnvironment() {
    Proxies proxies =
        new Proxies(
            Map.of(
                "https_proxy", "http://u:p@proxy.example:3128",
                "HTTP_PROXY", "plain.example",
                "NO_PROXY", "internal.example, .corp.example,10.0.0.0/8,other.example:8443"));
    assertThat(address(proxies, "https://registry-1.docker.io")).contains("proxy.example:3128");
    assertThat(address(proxies, "http://a.example/")).contains("plain.example:80");
    for (String direct :
        List.of(
            "https://127.0.0.1:5000",
            "https://localhost",
            "https://internal.example",
            "https://x.internal.example",
            "https://a.corp.example",
            "https://10.2.3.4:5000",
            "https://other.example:8443")) {
      assertThat(address(proxies, direct)).as(direct).isEmpty();
    }
    assertThat(address(proxies, "https://other.example")).isPresent();
    assertThat(proxies.authorization(java.net.URI.create("https://a.example")))
        .isEqualTo("Basic dTpw");
  }

  private static Optional<String> address(Proxies proxies, String uri) {
    java.net.Proxy proxy = proxies.select(java.net.URI.create(uri)).getFirst();
    return proxy.address() instanceof InetSocketAddress address
        ? Optional.of(address.getHostString() + ":" + address.getPort())
        : Optional.empty();
  }
}
