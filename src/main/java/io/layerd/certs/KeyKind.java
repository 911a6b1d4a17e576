package io.layerd.certs;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;

/** The kinds of key an authority makes: small and fast, or what every old client knows. */
public enum KeyKind {
  EC_P256,
  RSA_4096;

  KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(this == EC_P256 ? "EC" : "RSA");
      generator.initialize(
          this == EC_P256
              ? new ECGenParameterSpec("secp256r1")
              : new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime makes no " + this + " keys", e);
    }
  }

  /** The kind a certificate like one with this key gets. */
  static KeyKind like(Key key) {
    return key.getAlgorithm().equals("RSA") ? RSA_4096 : EC_P256;
  }

  /** How such a key signs certificates. */
  static String signature(Key key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> "Ed25519";
    };
  }
}
