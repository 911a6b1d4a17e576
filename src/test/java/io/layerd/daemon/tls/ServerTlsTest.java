package io.layerd.daemon.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.certs.AltNames;
import io.layerd.certs.Authority;
import io.layerd.certs.Issued;
import io.layerd.certs.KeyKind;
import io.layerd.certs.OpenSsl;
import io.layerd.certs.Role;
import io.layerd.certs.TlsFiles;
import io.layerd.error.InvalidParameter;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server of Vert.x with the daemon's TLS, asked by curl and openssl. */
@Timeout(120)
class ServerTlsTest {
  private static final Duration YEAR = Duration.ofDays(365);

  @TempDir Path directory;
  private final Vertx vertx = Vertx.vertx();
  private Authority authority;
  private ServerTls tls;
  private int port;

  private static ServerTls opened(TlsFiles files) {
    ServerTls read = ServerTls.read(files);
    read.open();
    return read;
  }

  @BeforeEach
  void serve() {
    authority = Authority.create(directory, "test", KeyKind.EC_P256, YEAR, null);
    authority.issue(Role.SERVER, "s", none().withLocal(), KeyKind.EC_P256, YEAR);
    authority.issue(Role.CLIENT, "alice", none(), KeyKind.EC_P256, YEAR);
    tls = opened(files(true));
    HttpServer server =
        vertx
            .createHttpServer(tls.secure(new HttpServerOptions()))
            .requestHandler(request -> request.response().end("here"));
    port =
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join().actualPort();
  }

  @AfterEach
  void stop() {
    tls.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void whoHasACertificateGetsIn() {
    assertThat(curl("--cert clients/alice/cert.pem --key clients/alice/key.pem")).isEqualTo("here");
    assertThat(curl("--tls-max 1.2 --cert clients/alice/cert.pem --key clients/alice/key.pem"))
        .isEqualTo("here");
    assertThat(sclient("-tls1_3 " + ALICE)).contains("TLS_AES_", "Acceptable client certificate");
    assertThat(sclient("-tls1_2 " + ALICE)).contains("ECDHE-ECDSA-AES");
  }

  @Test
  void nobodyElseDoes() {
    assertThat(curl("")).contains("certificate required");
    assertThat(curl("--tls-max 1.2")).contains("alert");
    assertThat(curl("--cert servers/s/cert.pem --key servers/s/key.pem")).contains("alert");
    assertThat(sclient("-tls1_1 -cipher ALL:@SECLEVEL=0 " + ALICE)).contains("protocol version");
    assertThat(sclient("-tls1_2 -cipher AES128-SHA:AES128-GCM-SHA256 " + ALICE))
        .contains("handshake failure");
  }

  @Test
  void plainHttpIsAnsweredAsGoDoesIt() throws IOException {
    for (String head : List.of("GET / HTTP/1.1", "POST /x HTTP/1.1", "DELETE /x HTTP/1.1")) {
      assertThat(plain(head + "\r\nHost: d\r\n\r\n"))
          .isEqualTo(
              "HTTP/1.0 400 Bad Request\r\n\r\n"
                  + "Client sent an HTTP request to an HTTPS server.\n");
    }
    assertThat(plain("nonsense that is no TLS either\r\n")).doesNotContain("HTTP");
  }

  @Test
  void changedFilesAreUsedByNewConnections() {
    String before = serial();
    Issued renewed = authority.renew(Role.SERVER, "s");
    await(() -> serial().contains(renewed.serialText().toUpperCase(java.util.Locale.ROOT)));
    assertThat(serial()).isNotEqualTo(before);
    assertThat(curl("--cert clients/alice/cert.pem --key clients/alice/key.pem")).isEqualTo("here");
  }

  @Test
  void aPairThatDoesNotFitChangesNothing() throws IOException {
    String before = serial();
    Path key = directory.resolve("servers/s/key.pem");
    String good = Files.readString(key);
    Files.delete(key);
    Files.writeString(key, "nonsense");
    tls.reload(files(true));
    assertThat(serial()).isEqualTo(before);
    Files.delete(key);
    tls.reload(files(true));
    assertThat(serial()).isEqualTo(before);
    Files.writeString(key, good);
    tls.reload(files(true));
    assertThat(serial()).isEqualTo(before);
    assertThatThrownBy(() -> ServerTls.read(new TlsFiles("", "", "", null, true)))
        .isInstanceOf(InvalidParameter.class);
  }

  @Test
  void whoIsRevokedIsShutOutEvenWithASessionOfBefore() throws IOException {
    String keep = ALICE + " -sess_out session.pem";
    assertThat(sclientWaiting(keep)).contains("TLS_AES_");
    assertThat(sclientWaiting(ALICE + " -sess_in session.pem")).contains("Reused, TLS");
    authority.revoke("alice");
    tls.reload(files(true));
    assertThat(curl("--cert clients/alice/cert.pem --key clients/alice/key.pem")).contains("alert");
    assertThat(sclientWaiting(ALICE + " -sess_in session.pem")).contains("alert");
  }

  @Test
  void withoutVerificationNobodyIsAsked() {
    try (ServerTls open = opened(files(false))) {
      int other =
          vertx
              .createHttpServer(open.secure(new HttpServerOptions()))
              .requestHandler(request -> request.response().end("open"))
              .listen(0, "127.0.0.1")
              .toCompletionStage()
              .toCompletableFuture()
              .join()
              .actualPort();
      assertThat(shell("curl -sS --cacert ca.pem https://localhost:" + other)).isEqualTo("open");
    }
  }

  @Test
  void whatRunsOutSoonIsWarnedOf() {
    assertThat(tls.warnings()).isEmpty();
    assertThat(tls.expiries())
        .extracting(one -> one.role().words() + " " + one.name())
        .containsExactly(
            "server certificate s",
            "certificate authority test",
            "certificate revocation list test");
    authority.issue(Role.SERVER, "short", none(), KeyKind.EC_P256, Duration.ofDays(29));
    try (ServerTls soon = opened(files("short", true))) {
      assertThat(soon.warnings())
          .singleElement()
          .asString()
          .startsWith("The server certificate \"short\" of the API's TLS runs out in 28 days, at ");
    }
    authority.issue(Role.SERVER, "late", none(), KeyKind.EC_P256, Duration.ofSeconds(-1));
    try (ServerTls late = opened(files("late", true))) {
      assertThat(late.warnings())
          .singleElement()
          .asString()
          .startsWith("The server certificate \"late\" of the API's TLS ran out at ");
    }
  }

  private static final String ALICE = "-cert clients/alice/cert.pem -key clients/alice/key.pem";

  private static AltNames none() {
    return new AltNames(List.of(), List.of());
  }

  private TlsFiles files(boolean verify) {
    return files("s", verify);
  }

  private TlsFiles files(String server, boolean verify) {
    Path pair = authority.directory(Role.SERVER, server);
    return new TlsFiles(
        directory.resolve("ca.pem").toString(),
        pair.resolve("cert.pem").toString(),
        pair.resolve("key.pem").toString(),
        authority.revocationList().toString(),
        verify);
  }

  private String curl(String arguments) {
    return shell(
        "curl -sS --cacert ca.pem %s https://localhost:%d 2>&1 || true".formatted(arguments, port));
  }

  private String sclient(String arguments) {
    return shell(
        "openssl s_client -connect 127.0.0.1:%d -CAfile ca.pem %s </dev/null 2>&1 || true"
            .formatted(port, arguments));
  }

  /** Long enough for the server to hand out a session, or to say no. */
  private String sclientWaiting(String arguments) {
    return shell(
        "(printf 'GET / HTTP/1.1\\r\\nHost: d\\r\\nConnection: close\\r\\n\\r\\n'; sleep 1) | openssl s_client -connect"
            + " 127.0.0.1:%d -CAfile ca.pem -ign_eof %s 2>&1 || true".formatted(port, arguments));
  }

  private String serial() {
    return shell(
        "openssl s_client -connect 127.0.0.1:%d %s </dev/null 2>/dev/null | openssl x509 -noout -serial"
            .formatted(port, ALICE));
  }

  private String shell(String script) {
    return new OpenSsl(directory).run(script);
  }

  private String plain(String text) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static void await(Supplier<Boolean> condition) {
    while (!condition.get()) { // the class's time limit ends it
      Thread.onSpinWait();
    }
  }
}
