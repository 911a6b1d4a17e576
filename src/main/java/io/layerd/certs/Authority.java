package io.layerd.certs;

import io.layerd.error.Conflict;
import io.layerd.error.EngineException;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;

/**
 * A private certificate authority in one directory: it makes certificates for servers and clients,
 * takes them back, and knows what it has given out. One made with OpenSSL works as well.
 *
 * <p>Nothing that exists is overwritten, except by {@link #renew} and by the revocation list. Not
 * for use from two processes at once.
 */
public final class Authority {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9*][A-Za-z0-9_.@*:-]{0,63}");
  private static final Pattern SERIAL = Pattern.compile("[0-9A-Fa-f]{1,40}");

  private final AuthorityFiles files;
  private final X509Certificate certificate;
  private final Supplier<char[]> passphrase;
  private @Nullable PrivateKey key;

  private Authority(
      AuthorityFiles files, X509Certificate certificate, Supplier<char[]> passphrase) {
    this.files = files;
    this.certificate = certificate;
    this.passphrase = passphrase;
  }

  /**
   * Makes a new one.
   *
   * @param passphrase protects its key; null leaves that to the file's mode
   * @throws Conflict if there is one already
   */
  public static Authority create(
      Path directory, String name, KeyKind kind, Duration validity, char @Nullable [] passphrase) {
    try {
      AuthorityFiles files = new AuthorityFiles(directory);
      KeyPair keys = kind.generate();
      X509Certificate certificate = CertificateMaker.authority(subject(name), keys, validity);
      String pem =
          passphrase == null
              ? PemText.of(keys.getPrivate())
              : PemText.encrypted(keys.getPrivate(), passphrase);
      files.createAuthority(
          certificate,
          pem,
          CertificateMaker.revocations(null, null, certificate, keys.getPrivate()));
      Authority authority = new Authority(files, certificate, () -> new char[0]);
      authority.key = keys.getPrivate();
      return authority;
    } catch (GeneralSecurityException e) {
      throw new SystemFailure("cannot make an authority: " + e.getMessage(), e);
    }
  }

  /**
   * Opens an existing one. Its key is read when something is signed.
   *
   * @param passphrase asked only if the key is encrypted
   * @throws NotFound if there is none
   */
  public static Authority open(Path directory, Supplier<char[]> passphrase) {
    AuthorityFiles files = new AuthorityFiles(directory);
    if (!Files.exists(files.certificate())) {
      throw new NotFound(
          "no certificate authority in " + files.root() + ": make one with 'layerd certs init'");
    }
    try {
      List<X509Certificate> certificates = Certificates.read(files.certificate());
      if (certificates.isEmpty()) {
        throw new InvalidParameter("no certificate in " + files.certificate());
      }
      return new Authority(files, certificates.getFirst(), passphrase);
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(files.certificate(), e);
    }
  }

  private static EngineException unreadable(Path file, Exception e) {
    return new SystemFailure("cannot read " + file + ": " + e.getMessage(), e);
  }

  /** The absolute path of its directory. */
  public Path directory() {
    return files.root();
  }

  /** Its own certificate. */
  public X509Certificate certificate() {
    return certificate;
  }

  /** Where the files of a holder are. */
  public Path directory(Role role, String name) {
    return files.holder(role, name);
  }

  /** The list of those it has taken back. */
  public Path revocationList() {
    return files.revocations();
  }

  /**
   * Makes a key and a certificate, and the files a docker client or daemon needs: {@code ca.pem},
   * {@code cert.pem}, {@code key.pem}.
   *
   * @param names what a server answers to; none for a client
   * @throws Conflict if there is one of that name
   */
  public Issued issue(Role role, String name, AltNames names, KeyKind kind, Duration validity) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidParameter(
          "\"" + name + "\" cannot be a name: use letters, digits, and . _ @ -");
    }
    try {
      KeyPair keys = kind.generate();
      X509Certificate made =
          CertificateMaker.leaf(
              subject(name), keys.getPublic(), role, names, validity, certificate, key());
      files.createHolder(role, name, made, PemText.of(keys.getPrivate()));
      return issued(made, role, List.of());
    } catch (GeneralSecurityException e) {
      throw new SystemFailure("cannot make a certificate: " + e.getMessage(), e);
    }
  }

  /**
   * Gives a holder a new key and certificate for the same names, and for as long as the ones of
   * before; those stay good until they run out or are revoked.
   */
  public Issued renew(Role role, String name) {
    Path file = files.holder(role, name).resolve("cert.pem");
    if (!Files.exists(file)) {
      throw new NotFound("no " + role.word() + " " + name + " in " + files.root());
    }
    try {
      X509Certificate old = Certificates.read(file).getFirst();
      KeyPair keys = KeyKind.like(old.getPublicKey()).generate();
      X509Certificate made =
          CertificateMaker.leaf(
              old.getSubjectX500Principal(),
              keys.getPublic(),
              role,
              AltNames.of(old),
              Duration.between(old.getNotBefore().toInstant(), old.getNotAfter().toInstant())
                  .minus(CertificateMaker.SKEW),
              certificate,
              key());
      files.replaceHolder(role, name, made, PemText.of(keys.getPrivate()));
      return issued(made, role, List.of());
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Takes certificates back: all that are still good of a name, or the one with a serial number,
   * which need not be one this directory knows.
   *
   * @return their serial numbers
   * @throws NotFound if it is neither
   */
  public List<BigInteger> revoke(String nameOrSerial) {
    Instant now = Instant.now();
    List<Issued> named = all().stream().filter(one -> one.name().equals(nameOrSerial)).toList();
    List<BigInteger> serials =
        named.stream().filter(one -> one.good(now)).map(Issued::serial).toList();
    // a name such as "ada" is one first, though it could be a number too
    if (named.isEmpty() && SERIAL.matcher(nameOrSerial).matches()) {
      serials = List.of(new BigInteger(nameOrSerial, 16));
    }
    if (serials.isEmpty()) {
      throw new NotFound("no certificate of " + nameOrSerial + " that is still good");
    }
    try {
      X509CRL list = list();
      for (BigInteger serial : serials) {
        list = CertificateMaker.revocations(list, serial, certificate, key());
      }
      if (list != null) {
        files.replaceRevocations(list);
      }
      return serials;
    } catch (GeneralSecurityException e) {
      throw new SystemFailure("cannot write a revocation list: " + e.getMessage(), e);
    }
  }

  /** Everything it has given out, servers first, by name, the one in use of each first. */
  public List<Issued> all() {
    X509CRL list = list();
    List<BigInteger> revoked = new ArrayList<>();
    if (list != null && list.getRevokedCertificates() != null) {
      list.getRevokedCertificates().forEach(entry -> revoked.add(entry.getSerialNumber()));
    }
    try {
      List<Issued> all = new ArrayList<>();
      for (X509Certificate one : files.allIssued()) {
        all.add(issued(one, role(one), revoked));
      }
      all.sort(
          Comparator.comparing(Issued::role)
              .thenComparing(Issued::name)
              .thenComparing(Issued::current, Comparator.reverseOrder())
              .thenComparing(Issued::until, Comparator.reverseOrder()));
      return List.copyOf(all);
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(files.root(), e);
    }
  }

  private static Role role(X509Certificate certificate) throws GeneralSecurityException {
    List<String> usages = certificate.getExtendedKeyUsage();
    return usages != null && usages.contains(Role.SERVER.purpose().getId())
        ? Role.SERVER
        : Role.CLIENT;
  }

  private Issued issued(X509Certificate one, Role role, List<BigInteger> revoked) {
    String name = Certificates.name(one);
    return new Issued(
        role,
        name,
        one.getSerialNumber(),
        AltNames.of(one),
        one.getNotAfter().toInstant(),
        revoked.contains(one.getSerialNumber()),
        isCurrent(one, role, name));
  }

  private boolean isCurrent(X509Certificate one, Role role, String name) {
    Path file = files.holder(role, name).resolve("cert.pem");
    try {
      return Files.exists(file) && Certificates.read(file).contains(one);
    } catch (IOException | GeneralSecurityException e) {
      return false;
    }
  }

  /** Null if there is none yet, as beside an authority made by hand. */
  private @Nullable X509CRL list() {
    if (!Files.exists(files.revocations())) {
      return null;
    }
    try {
      for (PemObject block : PemBlocks.read(files.revocations()).ofType(RevocationLists.TYPE)) {
        X509CRL list =
            (X509CRL)
                CertificateFactory.getInstance("X.509")
                    .generateCRL(new ByteArrayInputStream(block.getContent()));
        if (RevocationLists.signed(list, certificate)) {
          return list;
        }
      }
      throw new InvalidParameter(
          files.revocations() + " holds no revocation list of this authority");
    } catch (IOException | GeneralSecurityException e) {
      throw unreadable(files.revocations(), e);
    }
  }

  private PrivateKey key() {
    if (key == null) {
      key = readKey();
    }
    return key;
  }

  private PrivateKey readKey() {
    try {
      List<PemObject> blocks = PemBlocks.read(files.key()).privateKeys();
      if (blocks.isEmpty()) {
        throw new InvalidParameter("no private key in " + files.key());
      }
      PemObject block = blocks.getFirst();
      PrivateKey read =
          PrivateKeys.encrypted(block)
              ? PrivateKeys.decode(block, passphrase.get())
              : PrivateKeys.decode(block);
      if (!PrivateKeys.match(read, certificate.getPublicKey())) {
        throw new InvalidParameter(files.key() + " is not the key of " + files.certificate());
      }
      return read;
    } catch (IOException e) {
      throw unreadable(files.key(), e);
    } catch (GeneralSecurityException e) {
      throw new InvalidParameter("cannot use " + files.key() + ": " + e.getMessage(), e);
    }
  }

  private static X500Principal subject(String name) {
    try {
      return new X500Principal(
          new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build().getEncoded());
    } catch (IOException e) {
      throw new IllegalStateException("a name cannot be encoded", e);
    }
  }
}
