package io.layerd.certs;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A server's TLS, read and found to fit together.
 *
 * @param clients decides whose certificate is good; null if clients need not show one
 */
public record TlsMaterial(ServerIdentity identity, @Nullable X509ExtendedTrustManager clients) {
  /** When each of its parts runs out: the server's certificate first. */
  public List<Expiry> expiries() {
    List<Expiry> all = new ArrayList<>();
    all.add(expiry(Expiry.Role.SERVER, identity.certificate()));
    if (clients instanceof ClientTrust trust) {
      trust.authorities().forEach(one -> all.add(expiry(Expiry.Role.AUTHORITY, one)));
      all.addAll(trust.revoked().expiries());
    }
    return List.copyOf(all);
  }

  private static Expiry expiry(Expiry.Role role, X509Certificate certificate) {
    return new Expiry(role, Certificates.name(certificate), certificate.getNotAfter().toInstant());
  }
}
