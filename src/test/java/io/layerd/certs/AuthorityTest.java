package io.layerd.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.Conflict;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
  private static final AltNames NAMES =
      new AltNames(List.of("d.example"), List.of("10.1.2.3", "fd00::1")).withLocal();

  @TempDir Path directory;

  @Test
  void itsCertificatesAreWhatOpenSslWantsOfThem() {
    create(KeyKind.EC_P256, null);
    OpenSsl openssl = new OpenSsl(directory);
    assertThat(openssl.run("openssl verify -purpose sslserver -CAfile ca.pem servers/s/cert.pem"))
        .contains("OK");
    assertThat(openssl.run("openssl verify -purpose sslclient -CAfile ca.pem clients/c/cert.pem"))
        .contains("OK");
    assertThat(
            openssl.run(
                "! openssl verify -purpose sslclient -CAfile ca.pem servers/s/cert.pem"
                    + " && ! openssl verify -purpose sslserver -CAfile ca.pem clients/c/cert.pem"))
        .contains("unsuitable certificate purpose");
    assertThat(openssl.run("openssl x509 -in servers/s/cert.pem -noout -text"))
        .contains(
            "DNS:d.example, DNS:localhost, IP Address:10.1.2.3, IP Address:FD00:0:0:0:0:0:0:1, IP"
                + " Address:127.0.0.1",
            "TLS Web Server Authentication",
            "Digital Signature",
            "X509v3 Subject Key Identifier",
            "X509v3 Authority Key Identifier",
            "prime256v1",
            "CA:FALSE");
    assertThat(openssl.run("openssl x509 -in ca.pem -noout -text"))
        .contains("CA:TRUE, pathlen:0", "Certificate Sign, CRL Sign");
    assertThat(
            openssl.run(
                "diff <(openssl x509 -in clients/c/cert.pem -noout -pubkey) <(openssl pkey -in"
                    + " clients/c/key.pem -pubout)"))
        .isEmpty();
  }

  @Test
  void keysAreReadByTheirOwnerAlone() throws IOException {
    create(KeyKind.EC_P256, null);
    for (String key : List.of("ca-key.pem", "servers/s/key.pem", "clients/c/key.pem")) {
      assertThat(mode(key)).as(key).isEqualTo("r--------");
    }
    assertThat(mode("clients/c/cert.pem")).isEqualTo("r--r--r--");
    assertThat(mode("clients/c")).isEqualTo("rwx------");
    assertThat(directory.resolve("clients/c/ca.pem"))
        .hasSameTextualContentAs(directory.resolve("ca.pem"));
  }

  @Test
  void nothingIsOverwritten() throws IOException {
    Authority authority = create(KeyKind.EC_P256, null);
    String key = Files.readString(directory.resolve("clients/c/key.pem"));
    assertThatThrownBy(() -> authority.issue(Role.CLIENT, "c", AltNames.NONE, KeyKind.EC_P256, DAY))
        .isInstanceOf(Conflict.class)
        .hasMessageContaining("clients/c exists and is not overwritten");
    assertThatThrownBy(() -> create(KeyKind.EC_P256, null)).isInstanceOf(Conflict.class);
    assertThat(directory.resolve("clients/c/key.pem")).hasContent(key);
    assertThat(authority.all()).hasSize(2);
  }

  @Test
  void anEncryptedKeyNeedsItsPassphraseAndOpenSslReadsIt() {
    create(KeyKind.EC_P256, "sesame".toCharArray());
    assertThat(new OpenSsl(directory).run("openssl pkey -in ca-key.pem -passin pass:sesame -check"))
        .contains("Key is valid");
    Authority wrong = Authority.open(directory, "wrong"::toCharArray);
    assertThatThrownBy(() -> wrong.issue(Role.CLIENT, "x", AltNames.NONE, KeyKind.EC_P256, DAY))
        .isInstanceOf(InvalidParameter.class)
        .hasMessageContaining("ca-key.pem");
    Authority right = Authority.open(directory, "sesame"::toCharArray);
    assertThat(right.issue(Role.CLIENT, "x", AltNames.NONE, KeyKind.EC_P256, DAY).name())
        .isEqualTo("x");
  }

  @Test
  void anAuthorityMadeByDockersManualIsTakenOver() throws Exception {
    OpenSsl openssl = new OpenSsl(directory);
    openssl.manual(2048);
    Authority authority = Authority.open(directory, "secret"::toCharArray);
    authority.issue(Role.CLIENT, "new", AltNames.NONE, KeyKind.RSA_4096, DAY);
    assertThat(openssl.run("openssl verify -purpose sslclient -CAfile ca.pem clients/new/cert.pem"))
        .contains("OK");
    assertThat(openssl.run("openssl x509 -in clients/new/cert.pem -noout -text"))
        .contains("Public-Key: (4096 bit)", "Key Encipherment");
    X509Certificate old = Certificates.read(directory.resolve("cert.pem")).getFirst();
    authority.revoke(old.getSerialNumber().toString(16));
    assertThat(openssl.run("! openssl verify -crl_check -CRLfile crl.pem -CAfile ca.pem cert.pem"))
        .contains("certificate revoked");
    assertThat(
            openssl.run(
                "openssl verify -crl_check -CRLfile crl.pem -CAfile ca.pem clients/new/cert.pem"))
        .contains("OK");
    ClientTrust trust = trust();
    assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[] {old}, "UNKNOWN"))
        .hasMessage("the certificate of client has been revoked");
  }

  @Test
  void aTraditionalEncryptedKeyIsReadToo() {
    OpenSsl openssl = new OpenSsl(directory);
    openssl.run(
        """
        openssl genrsa -traditional -aes128 -passout pass:old -out ca-key.pem 2048
        openssl req -new -x509 -days 3 -key ca-key.pem -passin pass:old -subj /CN=old -out ca.pem
        """);
    Authority authority = Authority.open(directory, "old"::toCharArray);
    assertThat(authority.issue(Role.CLIENT, "c", AltNames.NONE, KeyKind.EC_P256, DAY).until())
        .isBefore(Instant.now().plus(DAY).plusSeconds(1));
  }

  @Test
  void revokingANameTakesBackAllThatWereStillGood() throws Exception {
    Authority authority = create(KeyKind.EC_P256, null);
    authority.renew(Role.CLIENT, "c");
    authority.issue(Role.CLIENT, "other", AltNames.NONE, KeyKind.EC_P256, DAY);
    X509Certificate current = Certificates.read(directory.resolve("clients/c/cert.pem")).getFirst();
    trust().checkClientTrusted(new X509Certificate[] {current}, "UNKNOWN");

    assertThat(authority.revoke("c")).hasSize(2);

    assertThat(authority.all())
        .filteredOn(Issued::revoked)
        .extracting(Issued::name)
        .containsExactly("c", "c");
    assertThat(authority.all()).filteredOn(one -> !one.revoked()).hasSize(2);
    ClientTrust trust = trust();
    assertThatThrownBy(() -> trust.checkClientTrusted(new X509Certificate[] {current}, "UNKNOWN"))
        .isInstanceOf(CertificateException.class);
    assertThatThrownBy(() -> authority.revoke("c")).isInstanceOf(NotFound.class);
    assertThat(new OpenSsl(directory).run("openssl crl -in crl.pem -noout -text -CAfile ca.pem"))
        .contains("verify OK", "X509v3 CRL Number: \n                3");
  }

  @Test
  void renewingKeepsNamesAndMakesANewKey() throws IOException {
    Authority authority = create(KeyKind.EC_P256, null);
    Issued old = authority.all().getFirst();
    String key = Files.readString(directory.resolve("servers/s/key.pem"));
    Issued renewed = authority.renew(Role.SERVER, "s");
    assertThat(renewed.names()).isEqualTo(old.names());
    assertThat(renewed.serial()).isNotEqualTo(old.serial());
    assertThat(Files.readString(directory.resolve("servers/s/key.pem"))).isNotEqualTo(key);
    assertThat(mode("servers/s/key.pem")).isEqualTo("r--------");
    ServerIdentity identity =
        ServerIdentity.read(
            directory.resolve("servers/s/cert.pem").toString(),
            directory.resolve("servers/s/key.pem").toString());
    assertThat(identity.certificate().getSerialNumber()).isEqualTo(renewed.serial());
    assertThat(authority.all())
        .filteredOn(one -> one.role() == Role.SERVER)
        .extracting(Issued::current)
        .containsExactly(true, false);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    Authority authority = create(KeyKind.EC_P256, null);
    for (String name : List.of("", "../x", "a/b", ".hidden", "x".repeat(65))) {
      assertThatThrownBy(
              () -> authority.issue(Role.CLIENT, name, AltNames.NONE, KeyKind.EC_P256, DAY))
          .as(name)
          .isInstanceOf(InvalidParameter.class);
    }
    assertThatThrownBy(() -> new AltNames(List.of("a b"), List.of()))
        .hasMessage("\"a b\" is not a host name");
    assertThatThrownBy(() -> new AltNames(List.of(), List.of("300.1.1.1")))
        .hasMessage("\"300.1.1.1\" is not an IP address");
    assertThatThrownBy(() -> authority.renew(Role.CLIENT, "nobody")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> authority.revoke("nobody")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> Authority.open(directory.resolve("none"), () -> new char[0]))
        .isInstanceOf(NotFound.class);
    assertThat(authority.revoke("abc123")).containsExactly(new BigInteger("abc123", 16));
  }

  private static final Duration DAY = Duration.ofDays(1);

  private Authority create(KeyKind kind, char @Nullable [] passphrase) {
    Authority authority = Authority.create(directory, "test", kind, DAY, passphrase);
    authority.issue(Role.SERVER, "s", NAMES, kind, DAY);
    authority.issue(Role.CLIENT, "c", AltNames.NONE, kind, DAY);
    return authority;
  }

  private ClientTrust trust() throws IOException, CertificateException {
    List<X509Certificate> authorities = Certificates.read(directory.resolve("ca.pem"));
    return new ClientTrust(
        authorities, RevocationLists.read(directory.resolve("crl.pem"), authorities));
  }

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
  }
}
