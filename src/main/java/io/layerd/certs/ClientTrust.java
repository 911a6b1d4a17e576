package io.layerd.certs;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides whom a server talks to: those with a certificate for clients that leads to one of the
 * given authorities, and to none else, and that nobody has revoked. Every certificate on the way
 * must be valid now, the authority's own too, and those with an extended key usage must allow
 * clients, as Go's crypto/x509 has it.
 */
final class ClientTrust extends X509ExtendedTrustManager {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_USAGE = "2.5.29.37.0";

  private final List<X509Certificate> authorities;
  private final Set<TrustAnchor> anchors;
  private final RevocationLists revoked;

  ClientTrust(List<X509Certificate> authorities, RevocationLists revoked) {
    this.authorities = List.copyOf(authorities);
    this.anchors =
        authorities.stream()
            .map(authority -> new TrustAnchor(authority, null))
            .collect(Collectors.toUnmodifiableSet());
    this.revoked = revoked;
  }

  /**
   * @param chain the client's certificate first
   * @throws CertificateException if it is not to be trusted, saying why
   */
  @Override
  public void checkClientTrusted(X509Certificate @Nullable [] chain, String authType)
      throws CertificateException {
    if (chain == null || chain.length == 0) {
      throw new CertificateException("tls: client didn't provide a certificate");
    }
    List<X509Certificate> path = path(chain);
    for (int i = 0; i < path.size(); i++) {
      X509Certificate certificate = path.get(i);
      certificate.checkValidity();
      checkUsage(certificate);
      if (i + 1 < path.size()) {
        revoked.check(certificate, path.get(i + 1));
      }
    }
  }

  /** From the client's certificate to the authority's, both included. */
  private List<X509Certificate> path(X509Certificate[] chain) throws CertificateException {
    chain[0].checkValidity(); // the builder would say only that it found no way
    if (authorities.contains(chain[0])) {
      return List.of(chain[0]); // a certificate trusted for itself, as Go allows
    }
    try {
      X509CertSelector target = new X509CertSelector();
      target.setCertificate(chain[0]);
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
      parameters.setRevocationEnabled(false); // see RevocationLists
      parameters.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(chain))));
      PKIXCertPathBuilderResult result =
          (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
      List<X509Certificate> path = new ArrayList<>();
      result.getCertPath().getCertificates().forEach(step -> path.add((X509Certificate) step));
      path.add(result.getTrustAnchor().getTrustedCert());
      return path;
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new CertificateException(e);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(
          "the certificate of "
              + Certificates.name(chain[0])
              + " is not signed by a trusted authority",
          e);
    }
  }

  private static void checkUsage(X509Certificate certificate) throws CertificateException {
    List<String> usages = certificate.getExtendedKeyUsage();
    if (usages != null && !usages.contains(CLIENT_AUTH) && !usages.contains(ANY_USAGE)) {
      throw new CertificateException(
          "the certificate of " + Certificates.name(certificate) + " is not for clients");
    }
  }

  List<X509Certificate> authorities() {
    return authorities;
  }

  RevocationLists revoked() {
    return revoked;
  }

  @Override
  public void checkClientTrusted(
      X509Certificate @Nullable [] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate @Nullable [] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("servers are not checked by a server");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.toArray(X509Certificate[]::new);
  }
}
