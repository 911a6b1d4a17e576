package io.layerd.certs;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files a server's TLS is made of, as they were named.
 *
 * @param authority whom client certificates must come from; read only if {@code verify}
 * @param certificate empty if none was named and there is none at the usual place; as {@code key}
 * @param revocations null for none
 * @param verify whether clients must show a certificate
 */
public record TlsFiles(
    String authority,
    String certificate,
    String key,
    @Nullable String revocations,
    boolean verify) {

  /**
   * Reads and checks them all.
   *
   * @throws InvalidParameter in dockerd's words
   */
  public TlsMaterial read() {
    ServerIdentity identity = ServerIdentity.read(certificate, key);
    if (!verify) {
      return new TlsMaterial(identity, null);
    }
    List<X509Certificate> authorities = authorities();
    RevocationLists revoked =
        revocations == null
            ? RevocationLists.NONE
            : RevocationLists.read(Path.of(revocations), authorities);
    return new TlsMaterial(identity, new ClientTrust(authorities, revoked));
  }

  private List<X509Certificate> authorities() {
    try {
      List<X509Certificate> authorities = Certificates.read(Path.of(authority));
      if (authorities.isEmpty()) {
        throw noAuthority(null);
      }
      return authorities;
    } catch (IOException e) {
      throw new InvalidParameter(
          "could not read CA certificate \"" + authority + "\": " + e.getMessage(), e);
    } catch (CertificateException e) {
      throw noAuthority(e);
    }
  }

  private InvalidParameter noAuthority(@Nullable Throwable cause) {
    return new InvalidParameter(
        "failed to append certificates from PEM file: \"" + authority + "\"", cause);
  }

  /** Those that are read, for whoever watches them. */
  public List<Path> paths() {
    return Stream.of(certificate, key, verify ? authority : "", verify ? revocations : "")
        .filter(file -> file != null && !file.isEmpty())
        .map(Path::of)
        .toList();
  }

  /** Whether others than its owner can read or change the private key. */
  public boolean keyIsOpenToOthers() {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(Path.of(key));
      return permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || permissions.contains(PosixFilePermission.GROUP_WRITE);
    } catch (IOException | UnsupportedOperationException e) {
      return false; // reading it will say more
    }
  }
}
