package io.layerd.certs;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.bouncycastle.util.io.pem.PemObject;

/**
 * What a server shows: its certificate first, then those up to the authority, and the key.
 *
 * @param chain never empty
 */
public record ServerIdentity(List<X509Certificate> chain, PrivateKey key) {
  public ServerIdentity {
    chain = List.copyOf(chain);
  }

  /** The server's own certificate. */
  public X509Certificate certificate() {
    return chain.getFirst();
  }

  /**
   * Reads a pair of PEM files and checks that they belong together.
   *
   * @throws InvalidParameter in dockerd's words
   */
  static ServerIdentity read(String certificateFile, String keyFile) {
    String pair = "X509 key pair (cert: \"" + certificateFile + "\", key: \"" + keyFile + "\"): ";
    try {
      return pair(block(certificateFile), block(keyFile));
    } catch (FileSystemException e) {
      throw new InvalidParameter("Could not load " + pair + e.getMessage(), e);
    } catch (IOException | GeneralSecurityException e) {
      throw new InvalidParameter(
          "Error reading " + pair + e.getMessage() + ". Make sure the key is not encrypted.", e);
    }
  }

  private static PemBlocks block(String file) throws IOException {
    if (file.isEmpty()) {
      throw new java.nio.file.NoSuchFileException("open : no such file or directory");
    }
    return PemBlocks.read(Path.of(file));
  }

  private static ServerIdentity pair(PemBlocks certificates, PemBlocks keys)
      throws GeneralSecurityException {
    List<X509Certificate> chain = Certificates.of(certificates);
    if (chain.isEmpty()) {
      throw new GeneralSecurityException(
          certificates.blocks().isEmpty()
              ? "tls: failed to find any PEM data in certificate input"
              : !certificates.privateKeys().isEmpty()
                  ? "tls: failed to find certificate PEM data in certificate input, but did find a"
                      + " private key; PEM inputs may have been switched"
                  : "tls: failed to find \"CERTIFICATE\" PEM block in certificate input");
    }
    if (keys.privateKeys().isEmpty()) {
      throw new GeneralSecurityException(
          keys.blocks().isEmpty()
              ? "tls: failed to find any PEM data in key input"
              : keys.ofType(Certificates.TYPE).isEmpty()
                  ? "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input"
                  : "tls: found a certificate rather than a key in the PEM for the private key");
    }
    PemObject block = keys.privateKeys().getFirst();
    if (PrivateKeys.encrypted(block)) {
      throw new GeneralSecurityException("tls: failed to parse private key: it is encrypted");
    }
    PrivateKey key = PrivateKeys.decode(block);
    PublicKey known = chain.getFirst().getPublicKey();
    if (!key.getAlgorithm().equals(known.getAlgorithm())) {
      throw new GeneralSecurityException("tls: private key type does not match public key type");
    }
    if (!PrivateKeys.match(key, known)) {
      throw new GeneralSecurityException("tls: private key does not match public key");
    }
    return new ServerIdentity(chain, key);
  }
}
