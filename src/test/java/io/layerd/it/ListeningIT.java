package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.certs.OpenSsl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the daemon listens, how much it reads there, and what it says of its certificates. */
class ListeningIT {
  private static final Pattern METRICS =
      Pattern.compile("metrics listen on (127\\.0\\.0\\.1:\\d+)");

  @TempDir Path directory;

  @Test
  void itListensWhereItIsToldAndReadsNoMoreThanItNeeds() throws IOException {
    int port = freePort();
    // where clients are told to go is not where the daemon goes; IPv6 as Go writes it
    try (DaemonFixture daemon =
        DaemonFixture.stopped("--host=tcp://[::1]:" + port, "--tls=false", "--group=daemon")
            .env("DOCKER_HOST", "tcp://127.0.0.1:1")) {
      daemon.up();
      // It may answer before it has said so.
      Wait.until("both to be named", () -> daemon.log().split("API listen on", -1).length > 2);
      assertThat(daemon.log().lines().filter(line -> line.contains("API listen on")))
          .hasSize(2)
          .anyMatch(line -> line.contains("\"API listen on [::1]:" + port + "\""))
          .anyMatch(line -> line.contains("\"API listen on " + daemon.root() + "/sock\""));
      assertThat(Command.sh("docker -H tcp://[::1]:%d version -f up".formatted(port)))
          .isEqualTo("up\n");

      assertThat(Command.sh("stat -c '%a %U %G' " + daemon.root() + "/sock"))
          .isEqualTo("660 root daemon\n");

      Http http = daemon.http();
      assertThat(http.get("/none?" + "x".repeat(200 * 1024)).status()).isEqualTo(404);
      assertThat(http.get("/none?" + "x".repeat(300 * 1024)).status()).isEqualTo(414);
      assertThat(http.send("GET", "/none", header(900), "").status()).isEqualTo(404);
      assertThat(http.send("GET", "/none", header(1100), "").status()).isEqualTo(431);
      assertThat(http.get("/_ping").body()).isEqualTo("OK");
    }
  }

  @Test
  void itSaysWhatItIsAndWhatItTakes() {
    DaemonFixture daemon = DaemonFixture.stopped();
    try (daemon) {
      assertThat(daemon.program("--version").ok().out())
          .matches("layerd version \\S+, build \\S+\n");
      assertThat(daemon.program("-v").ok().out()).startsWith("layerd version ");
      assertThat(daemon.program("--help").ok().out())
          .contains("-H, --host")
          .contains("--default-address-pool");
      daemon.program("--nosuch").exits(1).says("unknown flag: --nosuch");
    }
  }

  private static String header(int kib) {
    return ("X-Many: " + "x".repeat(8000) + "\r\n").repeat(kib * 1024 / 8010);
  }

  @Test
  void aCertificateThatRunsOutSoonIsToldOfEverywhere() {
    String host = "--host=tcp://127.0.0.1:" + freePort();
    DaemonFixture daemon =
        DaemonFixture.stopped(
            host,
            "--tlsverify",
            "--tlscacert=" + directory.resolve("ca.pem"),
            "--tlscert=" + directory.resolve("soon.pem"),
            "--tlskey=" + directory.resolve("servers/localhost/key.pem"),
            "--metrics-addr=127.0.0.1:0");
    try (daemon) {
      daemon.program("certs", "init", "--host", "localhost", "--dir", directory.toString()).ok();
      new OpenSsl(directory)
          .run(
              "openssl req -new -key servers/localhost/key.pem -subj /CN=soon -out soon.csr;"
                  + " openssl x509 -req -days 10 -in soon.csr -CA ca.pem -CAkey ca-key.pem"
                  + " -CAcreateserial -out soon.pem");
      daemon.up();
      String sentence = "\"soon\\\" of the API's TLS runs out in 9 days";
      assertThat(daemon.log()).contains(sentence).contains("of the API's TLS, valid until");
      daemon.docker().run("info").says(sentence.replace("\\", ""));
      Matcher address = METRICS.matcher(daemon.log());
      assertThat(address.find()).as(daemon.log()).isTrue();
      assertThat(TestHttp.get("http://" + address.group(1) + "/metrics"))
          .containsPattern("layerd_tls_expiry_timestamp_seconds\\{part=\"[^\"]*soon\"\\} [0-9]+");
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
