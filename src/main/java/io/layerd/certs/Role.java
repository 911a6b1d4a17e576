package io.layerd.certs;

import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What a certificate is for; one for servers does not let its holder in. */
public enum Role {
  SERVER("server", "servers"),
  CLIENT("client", "clients");

  private final String word;
  private final String directory;

  Role(String word, String directory) {
    this.word = word;
    this.directory = directory;
  }

  /** For a command line and a sentence. */
  public String word() {
    return word;
  }

  String directory() {
    return directory;
  }

  // Asked for, not kept: a native executable makes this enum when it is built, Bouncy Castle when
  // it
  // runs.
  KeyPurposeId purpose() {
    return switch (this) {
      case SERVER -> KeyPurposeId.id_kp_serverAuth;
      case CLIENT -> KeyPurposeId.id_kp_clientAuth;
    };
  }
}
