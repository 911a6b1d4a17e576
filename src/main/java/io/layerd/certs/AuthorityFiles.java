package io.layerd.certs;

import io.layerd.durable.AtomicFiles;
import io.layerd.error.Conflict;
import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An authority's directory. {@code ca.pem} and {@code ca-key.pem} are named as in Docker's manual,
 * so one made by hand can be taken over.
 *
 * <pre>
 * ca.pem, ca-key.pem, crl.pem      the authority
 * servers/NAME, clients/NAME       ca.pem, cert.pem, key.pem of each holder
 * issued/SERIAL.pem                every certificate given out, for what was lost or replaced
 * </pre>
 */
final class AuthorityFiles {
  private static final int KEY_MODE = 0400;
  private static final int CERTIFICATE_MODE = 0444;
  private static final int DIRECTORY_MODE = 0700;

  private final AtomicFiles atomic = AtomicFiles.host();
  private final Path root;

  AuthorityFiles(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  Path root() {
    return root;
  }

  Path certificate() {
    return root.resolve("ca.pem");
  }

  Path key() {
    return root.resolve("ca-key.pem");
  }

  Path revocations() {
    return root.resolve("crl.pem");
  }

  Path holder(Role role, String name) {
    return root.resolve(role.directory()).resolve(name);
  }

  private Path issued() {
    return root.resolve("issued");
  }

  /** Writes a new authority's files; none of them may exist. */
  void createAuthority(X509Certificate certificate, String keyPem, X509CRL list)
      throws GeneralSecurityException {
    for (Path file : List.of(certificate(), key(), revocations())) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new Conflict(file + " exists and is not overwritten: choose another directory");
      }
    }
    String certificatePem = PemText.of(certificate);
    String listPem = PemText.of(list);
    writing(
        root,
        () -> {
          atomic.createDirectories(root, DIRECTORY_MODE);
          atomic.create(key(), bytes(keyPem), KEY_MODE);
          atomic.create(certificate(), bytes(certificatePem), CERTIFICATE_MODE);
          atomic.create(revocations(), bytes(listPem), CERTIFICATE_MODE);
          atomic.syncDirectory(root);
        });
  }

  /** Writes a new holder's files, all or none; there must be no holder of that name. */
  void createHolder(Role role, String name, X509Certificate certificate, String keyPem)
      throws GeneralSecurityException {
    Path directory = holder(role, name);
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new Conflict(
          directory
              + " exists and is not overwritten: renew its certificate, or choose another name");
    }
    String certificatePem = PemText.of(certificate);
    record(certificate);
    Path staged = directory.resolveSibling(".tmp-" + name);
    writing(
        directory,
        () -> {
          atomic.createDirectories(root.resolve(role.directory()), DIRECTORY_MODE);
          remove(staged);
          atomic.createDirectory(staged, DIRECTORY_MODE);
          atomic.create(staged.resolve("key.pem"), bytes(keyPem), KEY_MODE);
          atomic.create(staged.resolve("cert.pem"), bytes(certificatePem), CERTIFICATE_MODE);
          atomic.create(
              staged.resolve("ca.pem"), Files.readAllBytes(certificate()), CERTIFICATE_MODE);
          atomic.rename(staged, directory);
        });
  }

  /** Replaces a holder's certificate and key, each as a whole. */
  void replaceHolder(Role role, String name, X509Certificate certificate, String keyPem)
      throws GeneralSecurityException {
    Path directory = holder(role, name);
    String certificatePem = PemText.of(certificate);
    record(certificate);
    writing(
        directory,
        () -> {
          atomic.write(directory.resolve("key.pem"), keyPem, KEY_MODE);
          atomic.write(directory.resolve("cert.pem"), certificatePem, CERTIFICATE_MODE);
        });
  }

  void replaceRevocations(X509CRL list) throws GeneralSecurityException {
    String pem = PemText.of(list);
    writing(revocations(), () -> atomic.write(revocations(), pem, CERTIFICATE_MODE));
  }

  private void record(X509Certificate certificate) throws GeneralSecurityException {
    String pem = PemText.of(certificate);
    Path file = issued().resolve(serial(certificate.getSerialNumber()) + ".pem");
    writing(
        file,
        () -> {
          atomic.createDirectories(issued(), DIRECTORY_MODE);
          atomic.write(file, pem, CERTIFICATE_MODE);
        });
  }

  static String serial(BigInteger number) {
    return number.toString(16);
  }

  /** Every certificate given out, in no order. */
  List<X509Certificate> allIssued() throws IOException, GeneralSecurityException {
    List<X509Certificate> all = new ArrayList<>();
    if (!Files.isDirectory(issued())) {
      return all;
    }
    try (Stream<Path> files = Files.list(issued())) {
      for (Path file : files.filter(AuthorityFiles::certificateFile).toList()) {
        all.addAll(Certificates.read(file));
      }
    }
    return all;
  }

  private static boolean certificateFile(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".pem") && !AtomicFiles.isTemporary(name);
  }

  private static void remove(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  private interface Writing {
    void run() throws IOException;
  }

  private static void writing(Path what, Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new SystemFailure("cannot write " + what + ": " + e.getMessage(), e);
    }
  }
}
