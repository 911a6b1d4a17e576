package io.layerd.certs;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Builds and signs certificates and revocation lists (RFC 5280) with the JDK's own providers. */
final class CertificateMaker {
  /** Clocks of other machines may be behind. */
  static final Duration SKEW = Duration.ofMinutes(5);

  private static final int SERIAL_BITS = 159;

  private CertificateMaker() {}

  /** A certificate that an authority signs its own with. */
  static X509Certificate authority(X500Principal name, KeyPair keys, Duration validity)
      throws GeneralSecurityException {
    Instant now = Instant.now();
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          builder(name, keys.getPublic(), name, now, now.plus(validity))
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
              .addExtension(
                  Extension.subjectKeyIdentifier,
                  false,
                  extensions.createSubjectKeyIdentifier(keys.getPublic()))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  extensions.createAuthorityKeyIdentifier(keys.getPublic()));
      return signed(builder, keys.getPrivate());
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /**
   * A certificate for a server or a client, valid no longer than its authority's.
   *
   * @param names left out if empty
   */
  static X509Certificate leaf(
      X500Principal name,
      PublicKey key,
      Role role,
      AltNames names,
      Duration validity,
      X509Certificate issuer,
      PrivateKey issuerKey)
      throws GeneralSecurityException {
    Instant now = Instant.now();
    Instant end = now.plus(validity);
    Instant last = issuer.getNotAfter().toInstant();
    int usage =
        key.getAlgorithm().equals("RSA")
            ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment
            : KeyUsage.digitalSignature;
    try {
      JcaX509ExtensionUtils extensions = new JcaX509ExtensionUtils();
      X509v3CertificateBuilder builder =
          builder(name, key, issuer.getSubjectX500Principal(), now, end.isAfter(last) ? last : end)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(usage))
              .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(role.purpose()))
              .addExtension(
                  Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(key))
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  extensions.createAuthorityKeyIdentifier(issuer));
      if (!names.isEmpty()) {
        builder.addExtension(Extension.subjectAlternativeName, false, names.encoded());
      }
      return signed(builder, issuerKey);
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static X509v3CertificateBuilder builder(
      X500Principal name, PublicKey key, X500Principal issuer, Instant now, Instant end) {
    return new JcaX509v3CertificateBuilder(
        issuer,
        new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1),
        Date.from(now.minus(SKEW)),
        Date.from(end),
        name,
        key);
  }

  private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer(key)));
  }

  /**
   * A list of those that are no longer good: the ones of before, and one more.
   *
   * @param before the list it follows; null if it is the first
   * @param serial null only for a first list, which is empty
   */
  static X509CRL revocations(
      @Nullable X509CRL before,
      @Nullable BigInteger serial,
      X509Certificate issuer,
      PrivateKey issuerKey)
      throws GeneralSecurityException {
    Instant now = Instant.now();
    try {
      JcaX509v2CRLBuilder builder = new JcaX509v2CRLBuilder(issuer, Date.from(now));
      // the authority keeps one list by hand: it stays good as long as the authority does
      builder.setNextUpdate(issuer.getNotAfter());
      if (before != null) {
        builder.addCRL(new org.bouncycastle.cert.jcajce.JcaX509CRLHolder(before));
      }
      if (serial != null) {
        builder.addCRLEntry(serial, Date.from(now), CRLReason.cessationOfOperation);
      }
      builder.addExtension(Extension.cRLNumber, false, new CRLNumber(number(before)));
      builder.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer));
      return new JcaX509CRLConverter().getCRL(builder.build(signer(issuerKey)));
    } catch (CertIOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static BigInteger number(@Nullable X509CRL before) throws CertIOException {
    byte[] extension =
        before == null ? null : before.getExtensionValue(Extension.cRLNumber.getId());
    if (extension == null) {
      return BigInteger.ONE;
    }
    byte[] value = org.bouncycastle.asn1.ASN1OctetString.getInstance(extension).getOctets();
    return CRLNumber.getInstance(value).getCRLNumber().add(BigInteger.ONE);
  }

  private static ContentSigner signer(PrivateKey key) throws GeneralSecurityException {
    try {
      return new JcaContentSignerBuilder(KeyKind.signature(key)).build(key);
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
