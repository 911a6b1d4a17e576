package io.layerd.certs;

import java.io.IOException;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Certificates, lists and keys as the text OpenSSL and Go read (RFC 7468). */
final class PemText {
  private static final String ENCRYPTION = "PBEWithHmacSHA256AndAES_256";
  private static final int ITERATIONS = 600_000;
  private static final int SALT_BYTES = 16;

  private PemText() {}

  static String of(X509Certificate certificate) throws GeneralSecurityException {
    return text(Certificates.TYPE, certificate.getEncoded());
  }

  static String of(X509CRL list) throws GeneralSecurityException {
    return text(RevocationLists.TYPE, list.getEncoded());
  }

  /** PKCS#8, for everyone who can read the file. */
  static String of(PrivateKey key) {
    return text("PRIVATE KEY", key.getEncoded());
  }

  /** PKCS#8, encrypted by PBES2 with AES-256 and a key from the pass-phrase (RFC 8018). */
  static String encrypted(PrivateKey key, char[] passphrase) throws GeneralSecurityException {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    PBEKeySpec spec = new PBEKeySpec(passphrase);
    try {
      SecretKey secret = SecretKeyFactory.getInstance(ENCRYPTION).generateSecret(spec);
      Cipher cipher = Cipher.getInstance(ENCRYPTION);
      cipher.init(Cipher.ENCRYPT_MODE, secret, new PBEParameterSpec(salt, ITERATIONS));
      byte[] hidden = cipher.doFinal(key.getEncoded());
      return text(
          "ENCRYPTED PRIVATE KEY",
          new EncryptedPrivateKeyInfo(
                  new AlgorithmIdentifier(
                      PKCSObjectIdentifiers.id_PBES2,
                      ASN1Primitive.fromByteArray(cipher.getParameters().getEncoded())),
                  hidden)
              .getEncoded());
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    } finally {
      spec.clearPassword();
    }
  }

  private static String text(String type, byte[] content) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, content));
    } catch (IOException e) {
      throw new IllegalStateException("a string cannot be written to", e);
    }
    return text.toString();
  }
}
