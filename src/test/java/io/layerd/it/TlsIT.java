package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.certs.OpenSsl;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The API over TLS: who gets in, who does not, and what works there. */
@ExtendWith(SharedEngine.class)
class TlsIT {
  private static final String SERVER = "localhost";

  @TempDir static Path directory;
  private static DaemonFixture daemon;
  private static String image;
  private static int port;

  @BeforeAll
  static void start(Engine engine) {
    port = freePort();
    daemon =
        DaemonFixture.stopped(
            "--host=tcp://127.0.0.1:" + port,
            "--tlsverify",
            "--tlscacert=" + ca("ca.pem"),
            "--tlscert=" + ca("servers/localhost/cert.pem"),
            "--tlskey=" + ca("servers/localhost/key.pem"),
            "--tlscrl=" + ca("crl.pem"));
    certs("init", "--ip", "127.0.0.1").ok();
    daemon.up();
    image = engine.registry().ref("busybox");
    docker("pull", "-q", image).run().ok();
  }

  @AfterAll
  static void stop() {
    daemon.close();
  }

  @Test
  void theDockerCliUsesCertificatesOfTheDaemonsOwnTool() throws IOException {
    assertThat(docker("version", "-f", "{{.Server.Os}}").run().ok().line()).isEqualTo("linux");
    String made = certs("issue", "client", "carol").ok().out();
    String line =
        made.lines().filter(l -> l.contains("docker context create")).findFirst().orElseThrow();
    String config = Files.createDirectory(directory.resolve("cli")).toString();
    Command.of("bash", "-c", line.strip().replace(":2376", ":" + port))
        .env("DOCKER_CONFIG", config)
        .run()
        .ok();
    Command.of("docker", "--context", "carol", "info", "-f", "{{.Warnings}}")
        .env("DOCKER_CONFIG", config)
        .run()
        .ok();
    certs("show").ok().says("carol").says("good");
    certs("init").exits(1).says("is not overwritten");
  }

  @Test
  void certificatesByDockersManualWorkBesideThem() throws IOException {
    Path manual = Files.createDirectory(directory.resolve("manual"));
    new OpenSsl(manual).manual(4096);
    int other = freePort();
    try (DaemonFixture second =
        DaemonFixture.start(
            "--host=tcp://127.0.0.1:" + other,
            "--tlsverify",
            "--tlscacert=" + manual.resolve("ca.pem"),
            "--tlscert=" + manual.resolve("server-cert.pem"),
            "--tlskey=" + manual.resolve("server-key.pem"))) {
      docker(other, manual, "version").run().ok();
      docker("version").run().ok();
      docker(other, Path.of(ca("clients/client")), "version").run().exits(1);
      assertThat(second.docker().ok("volume", "ls", "-q")).isEmpty();
    }
  }

  @Test
  void containersAreAttachedToAndExecutedInOverTls() throws IOException {
    docker("run", "--rm", "-i", image, "sh", "-c", "cat; echo after")
        .input("typed\n")
        .run()
        .ok()
        .says("typed\nafter\n");
    docker("run", "--rm", "-i", image, "wc", "-c")
        .input("x".repeat(3_000_000))
        .run()
        .ok()
        .says("3000000");
    assertThat(
            docker("run", "--rm", image, "sh", "-c", "yes 0123456789 | head -200000")
                .run()
                .ok()
                .out())
        .hasSize(200_000 * 11);
    docker("run", "-di", "--name", "tls", image, "sh", "-c", "read x; echo got $x; exit 7")
        .run()
        .ok();
    docker("exec", "-i", "tls", "cat").input("through exec").run().ok().says("through exec");
    docker("attach", "tls").input("line\n").run().exits(7).says("got line");
    docker("rm", "tls").run().ok();
  }

  @Test
  void nobodyElseIsLetIn() throws IOException {
    curl("--cert clients/client/cert.pem --key clients/client/key.pem").ok().says("OK");
    curl("-o /dev/null -w v%{http_version} --http2 --cert clients/client/cert.pem --key clients/client/key.pem")
        .ok()
        .says("v2");
    curl("").exits(56).says("alert certificate required");
    curl("--cert servers/localhost/cert.pem --key servers/localhost/key.pem").says("alert");
    certs("issue", "client", "gone").ok();
    curl("--cert clients/gone/cert.pem --key clients/gone/key.pem").ok().says("OK");
    certs("revoke", "gone").ok();
    Wait.until(
        "the revoked certificate to be refused",
        () -> curl("--cert clients/gone/cert.pem --key clients/gone/key.pem").exit() != 0);
    daemon.program("certs", "init", "--dir", ca("other")).ok();
    curl("--cert other/clients/client/cert.pem --key other/clients/client/key.pem").says("alert");
    new OpenSsl(Path.of(ca("")))
        .run(
            "openssl req -new -key clients/client/key.pem -subj /CN=late -out late.csr; echo"
                + " extendedKeyUsage=clientAuth >late.cnf; openssl x509 -req -days -1 -in late.csr"
                + " -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile late.cnf -out late.pem");
    curl("--cert late.pem --key clients/client/key.pem").says("alert");
    shell(
            "openssl s_client -connect 127.0.0.1:%d -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null"
                .formatted(port))
        .says("alert protocol version");
    shell("curl -sS http://127.0.0.1:%d/_ping".formatted(port))
        .says("Client sent an HTTP request to an HTTPS server.");
  }

  @Test
  void aThousandRequestsOverAnExchangeOfTheCertificate() throws Exception {
    SSLContext client = clientContext();
    Set<BigInteger> serials = ConcurrentHashMap.newKeySet();
    AtomicInteger done = new AtomicInteger();
    List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    try (SSLSocket kept = connect(client)) {
      ping(kept);
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.ofPlatform()
                .daemon()
                .start(
                    () -> {
                      while (failures.isEmpty() && (done.get() < 1000 || serials.size() < 2)) {
                        try (SSLSocket socket = connect(client)) {
                          serials.add(serial(socket));
                          ping(socket);
                          done.incrementAndGet();
                        } catch (IOException | RuntimeException e) {
                          failures.add(e);
                        }
                      }
                    }));
      }
      certs("renew", "server", SERVER).ok();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(done.get()).isGreaterThanOrEqualTo(1000);
      assertThat(serials).hasSize(2);
      ping(kept);
    }
  }

  @Test
  void anOpenHostIsWarnedOf() {
    int open = freePort();
    try (DaemonFixture warned = DaemonFixture.start("--host=tcp://127.0.0.1:" + open)) {
      assertThat(warned.log())
          .contains(
              "level=warning msg=\"Binding to IP address without --tlsverify is insecure and gives"
                  + " root access on this machine to everyone who has access to your network.\""
                  + " host=\"tcp://127.0.0.1:"
                  + open
                  + "\"\n")
          .doesNotContain("slowed down");
      warned
          .docker()
          .run("info")
          .says(
              "[DEPRECATION NOTICE]: API is accessible on http://127.0.0.1:"
                  + open
                  + " without encryption.");
    }
    try (DaemonFixture slow = DaemonFixture.stopped("--host=tcp://0.0.0.0:" + open)) {
      slow.launch();
      Wait.until("the warning", () -> slow.log().contains("intentionally being slowed down"));
      assertThat(slow.stop()).isZero();
      assertThat(slow.log()).doesNotContain("API listen on");
    }
  }

  @Test
  void aHostThatCannotBeListenedOnEndsTheStartAndLeavesNothing() throws IOException {
    fails(
        "tcp://192.0.2.1:2375", "listen tcp 192.0.2.1:2375: bind: cannot assign requested address");
    fails(
        "tcp://no-such.invalid:1",
        "failed to lookup no-such.invalid address in host specification");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      fails("tcp://" + address, "listen tcp " + address + ": bind: address already in use");
    }
  }

  private static void fails(String host, String reason) {
    try (DaemonFixture failing = DaemonFixture.stopped("--host=" + host, "--tls=false")) {
      failing.launch();
      assertThat(failing.awaitEnd(Command.LIMIT)).isEqualTo(1);
      assertThat(failing.log()).contains("\nfailed to load listeners: " + reason + "\n");
      assertThat(Path.of("/sys/class/net", failing.bridge())).doesNotExist();
      assertThat(failing.root().resolve("sock")).doesNotExist();
      assertThat(HostState.of(failing).mounts()).isEmpty();
    }
  }

  private static Result certs(String... arguments) {
    List<String> words = new ArrayList<>(List.of("certs"));
    words.addAll(List.of(arguments));
    words.addAll(List.of("--dir", ca("")));
    return daemon.program(words.toArray(String[]::new));
  }

  private static String ca(String file) {
    return directory.resolve("ca").resolve(file).toString();
  }

  private static Command docker(String... arguments) {
    return docker(port, Path.of(ca("clients/client")), arguments);
  }

  private static Command docker(int at, Path files, String... arguments) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "docker",
                "-H",
                "127.0.0.1:" + at,
                "--tlsverify",
                "--tlscacert=" + files.resolve("ca.pem"),
                "--tlscert=" + files.resolve("cert.pem"),
                "--tlskey=" + files.resolve("key.pem")));
    words.addAll(List.of(arguments));
    return Command.of(words);
  }

  private static Result curl(String arguments) {
    return shell(
        "cd %s && curl -sS --http1.1 --cacert ca.pem %s https://localhost:%d/_ping"
            .formatted(ca(""), arguments, port));
  }

  private static Result shell(String script) {
    return Command.of("bash", "-c", script).run();
  }

  private static SSLContext clientContext() throws IOException, GeneralSecurityException {
    new OpenSsl(Path.of(ca("")))
        .run(
            "openssl pkcs12 -export -in clients/client/cert.pem -inkey clients/client/key.pem"
                + " -passout pass:x -out client.p12");
    KeyStore own = KeyStore.getInstance(Path.of(ca("client.p12")).toFile(), "x".toCharArray());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, "x".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream authority = Files.newInputStream(Path.of(ca("ca.pem")))) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(authority));
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static SSLSocket connect(SSLContext client) throws IOException {
    SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("127.0.0.1", port);
    socket.startHandshake();
    return socket;
  }

  private static BigInteger serial(SSLSocket socket) throws IOException {
    return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
  }

  private static void ping(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET /_ping HTTP/1.1\r\nHost: d\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    StringBuilder answer = new StringBuilder();
    byte[] buffer = new byte[4096];
    while (!answer.toString().endsWith("\r\n\r\nOK")) {
      int read = socket.getInputStream().read(buffer);
      if (read < 0) {
        throw new IOException("the connection ended after: " + answer);
      }
      answer.append(new String(buffer, 0, read, StandardCharsets.US_ASCII));
    }
    assertThat(answer).startsWith("HTTP/1.1 200 OK");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
