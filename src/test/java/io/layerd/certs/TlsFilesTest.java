package io.layerd.certs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files made by openssl, good and bad. */
class TlsFilesTest {
  @TempDir static Path directory;

  @BeforeAll
  static void make() {
    OpenSsl openssl = new OpenSsl(directory);
    openssl.manual(2048);
    openssl.run(
        """
        sign() { # name, extensions, days, authority
          openssl req -subj /CN=$1 -new -key key.pem -out x.csr
          printf "$2" >x.cnf
          openssl x509 -req -days $3 -in x.csr -CA $4.pem -CAkey $4-key.pem -passin pass:secret -CAcreateserial -out $1.pem -extfile x.cnf
        }
        sign plain 'basicConstraints = CA:FALSE' 3 ca
        sign any 'extendedKeyUsage = anyExtendedKeyUsage' 3 ca
        sign both 'extendedKeyUsage = serverAuth,clientAuth' 3 ca
        sign server-only 'extendedKeyUsage = serverAuth' 3 ca
        sign expired 'extendedKeyUsage = clientAuth' -1 ca
        openssl genrsa -out inter-key.pem 2048
        openssl req -subj /CN=inter -new -key inter-key.pem -out i.csr
        printf 'basicConstraints = critical,CA:TRUE\\n' >i.cnf
        openssl x509 -req -days 3 -in i.csr -CA ca.pem -CAkey ca-key.pem -passin pass:secret -CAcreateserial -out inter.pem -extfile i.cnf
        sign below 'extendedKeyUsage = clientAuth' 3 inter
        openssl req -new -x509 -days 3 -newkey rsa:2048 -nodes -keyout other-key.pem -subj /CN=manual -out other.pem
        sign stranger 'extendedKeyUsage = clientAuth' 3 other
        openssl ecparam -name prime256v1 -genkey -out ec.pem
        openssl req -new -x509 -days 3 -key ec.pem -subj /CN=ec -out ec-cert.pem
        openssl ec -in ec.pem -no_public -out ec-private.pem
        openssl pkcs8 -topk8 -nocrypt -in ec.pem -out ec8.pem
        openssl ecparam -name secp384r1 -genkey -noout -out p384.pem
        openssl req -new -x509 -days 3 -key p384.pem -subj /CN=p384 -out p384-cert.pem
        openssl genpkey -algorithm ed25519 -out ed.pem
        openssl req -new -x509 -days 3 -key ed.pem -subj /CN=ed -out ed-cert.pem
        openssl rsa -in server-key.pem -traditional -out rsa1.pem
        openssl pkcs8 -topk8 -nocrypt -in server-key.pem -out rsa8.pem
        openssl rsa -in server-key.pem -traditional -aes128 -passout pass:x -out rsa1-hidden.pem
        openssl pkcs8 -topk8 -in server-key.pem -passout pass:x -out rsa8-hidden.pem
        cat server-cert.pem inter.pem ca.pem >chain.pem
        cat server-key.pem server-cert.pem >mixed.pem
        sed 's/^MII/MMM/' server-cert.pem >malformed.pem
        head -5 server-cert.pem >cut.pem
        : >empty.pem
        """);
  }

  @ParameterizedTest
  @CsvSource({
    "server-cert.pem,server-key.pem,localhost",
    "server-cert.pem,rsa1.pem,localhost",
    "server-cert.pem,rsa8.pem,localhost",
    "mixed.pem,mixed.pem,localhost",
    "chain.pem,server-key.pem,localhost",
    "ec-cert.pem,ec.pem,ec",
    "ec-cert.pem,ec-private.pem,ec",
    "ec-cert.pem,ec8.pem,ec",
    "p384-cert.pem,p384.pem,p384",
    "ed-cert.pem,ed.pem,ed"
  })
  void everyKindOfPairIsRead(String certificate, String key, String name) {
    ServerIdentity identity = identity(certificate, key);
    assertThat(Certificates.name(identity.certificate())).isEqualTo(name);
    assertThat(identity.chain()).hasSize(certificate.equals("chain.pem") ? 3 : 1);
  }

  @ParameterizedTest
  @CsvSource({
    "server-cert.pem,key.pem,tls: private key does not match public key",
    "ec-cert.pem,server-key.pem,tls: private key type does not match public key type",
    "server-cert.pem,rsa1-hidden.pem,tls: failed to parse private key: it is encrypted",
    "server-cert.pem,rsa8-hidden.pem,tls: failed to parse private key: it is encrypted",
    "server-key.pem,server-cert.pem,'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'",
    "server-cert.pem,ca.pem,tls: found a certificate rather than a key in the PEM for the private key",
    "extfile.cnf,server-key.pem,tls: failed to find any PEM data in certificate input",
    "empty.pem,server-key.pem,tls: failed to find any PEM data in certificate input",
    "cut.pem,server-key.pem,tls: failed to find any PEM data in certificate input",
    "server-cert.pem,empty.pem,tls: failed to find any PEM data in key input",
    "malformed.pem,server-key.pem,x509: malformed certificate"
  })
  void aPairThatDoesNotFitIsRefusedInDockerdsWords(String certificate, String key, String reason) {
    assertThatThrownBy(() -> identity(certificate, key))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(
            "Error reading X509 key pair (cert: \"%s\", key: \"%s\"): %s. Make sure the key is not encrypted."
                .formatted(path(certificate), path(key), reason));
  }

  @Test
  void filesThatAreNotThereAreNamed() {
    assertThatThrownBy(() -> identity("nope.pem", "key.pem"))
        .hasMessage(
            "Could not load X509 key pair (cert: \"%1$s\", key: \"%2$s\"): open %1$s: no such file or directory"
                .formatted(path("nope.pem"), path("key.pem")));
    assertThatThrownBy(() -> new TlsFiles("", "", "", null, true).read())
        .hasMessage(
            "Could not load X509 key pair (cert: \"\", key: \"\"): open : no such file or"
                + " directory");
    assertThatThrownBy(() -> files("nope.pem", null).read())
        .hasMessage(
            "could not read CA certificate \"%1$s\": open %1$s: no such file or directory"
                .formatted(path("nope.pem")));
    assertThatThrownBy(() -> files("key.pem", null).read())
        .hasMessage(
            "failed to append certificates from PEM file: \"%s\"".formatted(path("key.pem")));
    assertThatThrownBy(() -> files("ca.pem", "ca.pem").read())
        .hasMessage("no revocation list in \"" + path("ca.pem") + "\"");
    assertThatThrownBy(() -> files("ca.pem", "nope.pem").read())
        .hasMessageStartingWith("could not read revocation list");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cert", "plain", "any", "both"})
  void clientsOfTheAuthorityAreTrusted(String name) throws Exception {
    trust("ca.pem").checkClientTrusted(chain(name + ".pem"), "UNKNOWN");
  }

  @ParameterizedTest
  @CsvSource({
    "server-only,the certificate of server-only is not for clients",
    "stranger,the certificate of stranger is not signed by a trusted authority",
    "below,the certificate of below is not signed by a trusted authority",
    "other,the certificate of manual is not signed by a trusted authority"
  })
  void othersAreNot(String name, String reason) {
    assertThatThrownBy(() -> trust("ca.pem").checkClientTrusted(chain(name + ".pem"), "UNKNOWN"))
        .isInstanceOf(CertificateException.class)
        .hasMessage(reason);
  }

  @Test
  void whoeverIsTooLateOrShowsNothingIsNot() {
    assertThatThrownBy(() -> trust("ca.pem").checkClientTrusted(chain("expired.pem"), "UNKNOWN"))
        .isInstanceOf(java.security.cert.CertificateExpiredException.class);
    assertThatThrownBy(() -> trust("ca.pem").checkClientTrusted(new X509Certificate[0], "UNKNOWN"))
        .hasMessage("tls: client didn't provide a certificate");
  }

  @Test
  void anIntermediateThatTheClientBringsLeadsToTheAuthority() throws Exception {
    X509Certificate[] chain = {chain("below.pem")[0], chain("inter.pem")[0]};
    trust("ca.pem").checkClientTrusted(chain, "UNKNOWN");
    assertThatThrownBy(() -> trust("other.pem").checkClientTrusted(chain, "UNKNOWN"))
        .isInstanceOf(CertificateException.class);
    trust("inter.pem").checkClientTrusted(chain("below.pem"), "UNKNOWN");
  }

  @Test
  void aRevocationListThatRanOutShutsEveryoneOut() throws Exception {
    new OpenSsl(directory)
        .run(
            """
            : >index.txt; echo 01 >crlnumber
            printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\ncrlnumber=crlnumber\\ndefault_md=sha256\\n' >ca.cnf
            openssl ca -config ca.cnf -gencrl -keyfile ca-key.pem -passin pass:secret -cert ca.pem -crlsec 1 -out late.crl
            openssl ca -config ca.cnf -gencrl -keyfile ca-key.pem -passin pass:secret -cert ca.pem -crldays 3 -out fresh.crl
            openssl crl -in fresh.crl -outform DER -out fresh.der
            openssl ca -config ca.cnf -gencrl -keyfile other-key.pem -cert other.pem -crldays 3 -out foreign.crl
            sleep 1.1
            """);
    assertThatThrownBy(
            () -> clients(files("ca.pem", "late.crl")).checkClientTrusted(chain("cert.pem"), "x"))
        .hasMessageStartingWith("the revocation list of manual ran out at ");
    clients(files("ca.pem", "fresh.crl")).checkClientTrusted(chain("cert.pem"), "x");
    clients(files("ca.pem", "fresh.der")).checkClientTrusted(chain("cert.pem"), "x");
    assertThatThrownBy(() -> files("ca.pem", "foreign.crl").read())
        .hasMessageContaining("is not signed by a trusted authority");
    assertThat(files("ca.pem", "late.crl").read().expiries())
        .extracting(Expiry::role)
        .containsExactly(Expiry.Role.SERVER, Expiry.Role.AUTHORITY, Expiry.Role.REVOCATION_LIST);
  }

  @Test
  void aKeyThatOthersCanReadIsNoticed() throws IOException {
    assertThat(files("ca.pem", null).keyIsOpenToOthers()).isFalse();
    Path open = Files.copy(directory.resolve("server-key.pem"), directory.resolve("open.pem"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(
            new TlsFiles(path("ca.pem"), path("server-cert.pem"), open.toString(), null, true)
                .keyIsOpenToOthers())
        .isTrue();
  }

  private static TlsFiles files(String authority, @Nullable String revocations) {
    return new TlsFiles(
        path(authority),
        path("server-cert.pem"),
        path("server-key.pem"),
        revocations == null ? null : path(revocations),
        true);
  }

  private static X509ExtendedTrustManager trust(String authority) {
    return clients(files(authority, null));
  }

  private static X509ExtendedTrustManager clients(TlsFiles files) {
    return Objects.requireNonNull(files.read().clients());
  }

  private static ServerIdentity identity(String certificate, String key) {
    return ServerIdentity.read(path(certificate), path(key));
  }

  private static X509Certificate[] chain(String file) throws IOException, CertificateException {
    List<X509Certificate> all = Certificates.read(directory.resolve(file));
    return all.toArray(X509Certificate[]::new);
  }

  private static String path(String file) {
    return directory.resolve(file).toString();
  }
}
