package io.layerd.certs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.RSAPrivateKey;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;

/**
 * Private keys in PEM: RSA in PKCS#1, EC in SEC1, either or Ed25519 in PKCS#8, and the encrypted
 * forms OpenSSL writes (RFC 5915, 5958, 8017, 8018). Keys are made by the JDK's own providers.
 */
final class PrivateKeys {
  private PrivateKeys() {}

  /** Whether a pass-phrase is needed for it. */
  static boolean encrypted(PemObject block) {
    return block.getType().equals("ENCRYPTED PRIVATE KEY") || header(block, "DEK-Info") != null;
  }

  /**
   * The key in a block that is not encrypted.
   *
   * @throws GeneralSecurityException if it is none this machine can use
   */
  static PrivateKey decode(PemObject block) throws GeneralSecurityException {
    return decode(block.getType(), block.getContent());
  }

  /**
   * The key in a block, encrypted or not.
   *
   * @throws GeneralSecurityException if the pass-phrase is wrong as well
   */
  static PrivateKey decode(PemObject block, char[] passphrase) throws GeneralSecurityException {
    if (!encrypted(block)) {
      return decode(block);
    }
    try {
      return block.getType().equals("ENCRYPTED PRIVATE KEY")
          ? pkcs8(decryptPkcs8(block.getContent(), passphrase))
          : decode(block.getType(), decryptTraditional(block, passphrase));
    } catch (IOException | RuntimeException e) {
      throw new GeneralSecurityException("the private key cannot be decrypted", e);
    }
  }

  private static byte[] decryptPkcs8(byte[] der, char[] passphrase)
      throws IOException, GeneralSecurityException {
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
    // PBES2 names only itself; the parameters know what it is made of
    String algorithm =
        info.getAlgParameters() == null ? info.getAlgName() : info.getAlgParameters().toString();
    PBEKeySpec spec = new PBEKeySpec(passphrase);
    try {
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(spec),
          info.getAlgParameters());
      return info.getKeySpec(cipher).getEncoded();
    } finally {
      spec.clearPassword();
    }
  }

  /** The form before PKCS#8: the key is MD5 of pass-phrase and salt, over and over. */
  private static byte[] decryptTraditional(PemObject block, char[] passphrase)
      throws GeneralSecurityException {
    String[] info = String.valueOf(header(block, "DEK-Info")).split(",", 2);
    int keyBytes =
        switch (info[0]) {
          case "AES-128-CBC" -> 16;
          case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
          case "AES-256-CBC" -> 32;
          default -> throw new GeneralSecurityException("cannot decrypt " + info[0]);
        };
    byte[] iv = HexFormat.of().parseHex(info[1].strip());
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    byte[] secret = new String(passphrase).getBytes(StandardCharsets.UTF_8);
    byte[] key = new byte[keyBytes];
    byte[] round = new byte[0];
    for (int at = 0; at < keyBytes; at += round.length) {
      md5.update(round);
      md5.update(secret);
      md5.update(iv, 0, 8);
      round = md5.digest();
      System.arraycopy(round, 0, key, at, Math.min(round.length, keyBytes - at));
    }
    String algorithm = info[0].startsWith("AES") ? "AES" : "DESede";
    Cipher cipher = Cipher.getInstance(algorithm + "/CBC/PKCS5Padding");
    cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, algorithm), new IvParameterSpec(iv));
    return cipher.doFinal(block.getContent());
  }

  private static @Nullable String header(PemObject block, String name) {
    for (Object header : block.getHeaders()) {
      if (header instanceof PemHeader pem && pem.getName().equals(name)) {
        return pem.getValue();
      }
    }
    return null;
  }

  private static PrivateKey decode(String type, byte[] der) throws GeneralSecurityException {
    try {
      return switch (type) {
        case "RSA PRIVATE KEY" ->
            pkcs8(
                PKCSObjectIdentifiers.rsaEncryption,
                org.bouncycastle.asn1.DERNull.INSTANCE,
                RSAPrivateKey.getInstance(der));
        case "EC PRIVATE KEY" -> {
          ECPrivateKey key = ECPrivateKey.getInstance(der);
          yield pkcs8(
              X9ObjectIdentifiers.id_ecPublicKey, (ASN1Object) key.getParametersObject(), key);
        }
        default -> pkcs8(der);
      };
    } catch (IllegalArgumentException | IOException e) {
      throw new GeneralSecurityException("tls: failed to parse private key", e);
    }
  }

  private static PrivateKey pkcs8(
      ASN1ObjectIdentifier algorithm, ASN1Object parameters, ASN1Object key)
      throws GeneralSecurityException, IOException {
    return pkcs8(
        new PrivateKeyInfo(new AlgorithmIdentifier(algorithm, parameters), key).getEncoded());
  }

  private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    ASN1ObjectIdentifier algorithm;
    try {
      algorithm = PrivateKeyInfo.getInstance(der).getPrivateKeyAlgorithm().getAlgorithm();
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("tls: failed to parse private key", e);
    }
    return KeyFactory.getInstance(factory(algorithm)).generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static String factory(ASN1ObjectIdentifier algorithm) throws GeneralSecurityException {
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      return "RSA";
    }
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return "EC";
    }
    if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
      return "Ed25519";
    }
    throw new GeneralSecurityException(
        "tls: found unknown private key type in PKCS#8 wrapping: " + algorithm);
  }

  /** Whether a private and a public key belong together: what one signs, the other verifies. */
  static boolean match(PrivateKey privateKey, PublicKey publicKey) {
    String algorithm =
        switch (privateKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    try {
      byte[] text = new byte[32];
      new SecureRandom().nextBytes(text);
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(privateKey);
      signer.update(text);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(publicKey);
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // keys of two kinds
    }
  }
}
