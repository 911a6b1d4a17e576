package io.layerd.registry;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * The files of {@code /etc/docker/certs.d/<host>}: {@code *.crt} are authorities, {@code *.cert}
 * with the {@code *.key} of the same name are what this client shows.
 *
 * @param stamp changes when a file does
 */
record HostCertificates(List<Path> authorities, List<Path> certificates, String stamp) {
  static final HostCertificates NONE = new HostCertificates(List.of(), List.of(), "");

  static HostCertificates read(Path directory) {
    List<Path> files;
    try (Stream<Path> list = Files.list(directory)) {
      files = list.sorted().toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return NONE;
    } catch (IOException e) {
      throw new SystemFailure("cannot read registry certificates in " + directory + ": " + e, e);
    }
    List<Path> authorities = new ArrayList<>();
    List<Path> certificates = new ArrayList<>();
    StringBuilder stamp = new StringBuilder();
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (name.endsWith(".crt")) {
        authorities.add(file);
      } else if (name.endsWith(".cert")) {
        requireKey(file, name);
        certificates.add(file);
      } else if (name.endsWith(".key")) {
        requireCertificate(file, name);
      }
      stamp.append(name).append(modified(file)).append(';');
    }
    return new HostCertificates(authorities, certificates, stamp.toString());
  }

  private static void requireKey(Path file, String name) {
    if (!Files.exists(key(file))) {
      throw new SystemFailure(
          "missing key "
              + key(file).getFileName()
              + " for client certificate "
              + name
              + ". CA certificates must use the extension .crt");
    }
  }

  private static void requireCertificate(Path file, String name) {
    String certificate = name.substring(0, name.length() - 4) + ".cert";
    if (!Files.exists(file.resolveSibling(certificate))) {
      throw new SystemFailure("missing client certificate " + certificate + " for key " + name);
    }
  }

  private static String modified(Path file) {
    try {
      return Files.getLastModifiedTime(file).toString();
    } catch (IOException e) {
      return "?";
    }
  }

  private static Path key(Path certificate) {
    String name = certificate.getFileName().toString();
    return certificate.resolveSibling(name.substring(0, name.length() - 5) + ".key");
  }

  /** What this client shows of itself; empty for nothing. */
  KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
    if (certificates.isEmpty()) {
      return new KeyManager[0];
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (Path file : certificates) {
      try (InputStream in = Files.newInputStream(file)) {
        Certificate[] chain =
            CertificateFactory.getInstance("X.509")
                .generateCertificates(in)
                .toArray(Certificate[]::new);
        store.setKeyEntry(file.toString(), privateKey(key(file)), new char[0], chain);
      }
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private static PrivateKey privateKey(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file);
        PEMParser parser = new PEMParser(reader)) {
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
        if (part instanceof PEMKeyPair pair) {
          return converter.getPrivateKey(pair.getPrivateKeyInfo());
        }
        if (part instanceof PrivateKeyInfo info) {
          return converter.getPrivateKey(info);
        }
      }
      throw new IOException("no private key in " + file);
    }
  }
}
