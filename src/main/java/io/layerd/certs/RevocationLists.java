package io.layerd.certs;

import io.layerd.error.InvalidParameter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * The certificate revocation lists of a file (RFC 5280, section 5), each signed by one of the
 * authorities that are trusted. A list that has run out says nothing any more: certificates of its
 * issuer are refused until there is a new one.
 */
final class RevocationLists {
  static final String TYPE = "X509 CRL";

  /** None: nothing is revoked. */
  static final RevocationLists NONE = new RevocationLists(List.of());

  private final List<X509CRL> lists;

  private RevocationLists(List<X509CRL> lists) {
    this.lists = List.copyOf(lists);
  }

  /**
   * Reads lists in PEM, or one in DER.
   *
   * @throws InvalidParameter if there is none, or one is by nobody in {@code authorities}
   */
  static RevocationLists read(Path file, List<X509Certificate> authorities) {
    try {
      List<X509CRL> lists = decode(file);
      if (lists.isEmpty()) {
        throw new InvalidParameter("no revocation list in \"" + file + "\"");
      }
      for (X509CRL list : lists) {
        if (authorities.stream().noneMatch(authority -> signed(list, authority))) {
          throw new InvalidParameter(
              "the revocation list of "
                  + Certificates.name(list.getIssuerX500Principal())
                  + " in \""
                  + file
                  + "\" is not signed by a trusted authority");
        }
      }
      return new RevocationLists(lists);
    } catch (IOException e) {
      throw new InvalidParameter(
          "could not read revocation list \"" + file + "\": " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw new InvalidParameter("malformed revocation list in \"" + file + "\"", e);
    }
  }

  private static List<X509CRL> decode(Path file) throws IOException, GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    PemBlocks pem = PemBlocks.read(file);
    List<X509CRL> lists = new ArrayList<>();
    if (pem.blocks().isEmpty()) {
      byte[] der = Files.readAllBytes(file);
      if (der.length > 0) {
        lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(der)));
      }
      return lists;
    }
    for (var block : pem.ofType(TYPE)) {
      lists.add((X509CRL) factory.generateCRL(new ByteArrayInputStream(block.getContent())));
    }
    return lists;
  }

  static boolean signed(X509CRL list, X509Certificate authority) {
    if (!list.getIssuerX500Principal().equals(authority.getSubjectX500Principal())) {
      return false;
    }
    try {
      list.verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * Refuses a certificate that its issuer has taken back.
   *
   * @param issuer the certificate of the authority that signed it
   */
  void check(X509Certificate certificate, X509Certificate issuer) throws CertificateException {
    boolean current = false;
    X509CRL seen = null;
    for (X509CRL list : lists) {
      if (!signed(list, issuer)) {
        continue;
      }
      seen = list;
      if (list.isRevoked(certificate)) {
        throw new CertificateException(
            "the certificate of " + Certificates.name(certificate) + " has been revoked");
      }
      Date next = list.getNextUpdate();
      current |= next == null || next.toInstant().isAfter(Instant.now());
    }
    if (seen != null && !current) {
      throw new CertificateException(
          "the revocation list of "
              + Certificates.name(seen.getIssuerX500Principal())
              + " ran out at "
              + seen.getNextUpdate().toInstant());
    }
  }

  /** When each list runs out, for those that tell. */
  List<Expiry> expiries() {
    return lists.stream()
        .filter(list -> list.getNextUpdate() != null)
        .map(
            list ->
                new Expiry(
                    Expiry.Role.REVOCATION_LIST,
                    Certificates.name(list.getIssuerX500Principal()),
                    list.getNextUpdate().toInstant()))
        .toList();
  }
}
