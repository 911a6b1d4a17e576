package io.layerd.certs;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.util.io.pem.PemObject;

/** Certificates in PEM files. */
final class Certificates {
  static final String TYPE = "CERTIFICATE";

  private Certificates() {}

  /**
   * Every certificate of a file, in its order.
   *
   * @throws IOException if the file cannot be read
   * @throws CertificateException if one of them is not a certificate
   */
  static List<X509Certificate> read(Path file) throws IOException, CertificateException {
    return of(PemBlocks.read(file));
  }

  static List<X509Certificate> of(PemBlocks pem) throws CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (PemObject block : pem.ofType(TYPE)) {
      certificates.add(decode(block.getContent()));
    }
    return List.copyOf(certificates);
  }

  private static X509Certificate decode(byte[] der) throws CertificateException {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new CertificateException("x509: malformed certificate", e);
    }
  }

  /** The part of a subject that a reader knows it by: its common name, or all of it. */
  static String name(X509Certificate certificate) {
    return name(certificate.getSubjectX500Principal());
  }

  static String name(X500Principal principal) {
    X500Name subject = X500Name.getInstance(principal.getEncoded());
    RDN[] names = subject.getRDNs(BCStyle.CN);
    return names.length == 0
        ? principal.getName()
        : IETFUtils.valueToString(names[0].getFirst().getValue());
  }
}
