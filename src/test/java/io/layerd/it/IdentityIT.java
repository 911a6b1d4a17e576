package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.certs.OpenSsl;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is who: by client certificates of the daemon's own tool and of OpenSSL, and by the kernel's
 * word on a Unix socket. The policy that says what that means is exchanged while the daemon runs.
 */
class IdentityIT {
  private static final String POLICY =
      """
      {"rules": [
        {"name": "root", "who": [{"uid": 0}, {"cn": "admin"}], "role": "admin"},
        {"name": "look", "who": [{"cn": "viewer"}, {"uid": 4101}], "role": "read-only"},
        {"name": "manual", "who": [{"cn": "client"}], "role": "read-only"},
        {"name": "ops", "who": [{"ou": "operations"}, {"gid": 4190}], "role": "operator"},
        {"name": "watch", "who": [{"san": "monitor.example"}, {"san": "mon@example.org"}], "routes": ["* /_ping", "GET /info"]},
        {"name": "both", "who": [{"cn": "robot", "ou": "ci"}], "role": "builder"}
      ]}
      """;

  @TempDir static Path directory;
  private static DaemonFixture daemon;
  private static int port;

  @BeforeAll
  static void start() throws IOException {
    port = freePort();
    Path manual = Files.createDirectory(directory.resolve("manual"));
    new OpenSsl(manual).manual(2048);
    policy(POLICY);
    daemon =
        DaemonFixture.stopped(
            "--host=tcp://127.0.0.1:" + port,
            "--tlsverify",
            "--tlscacert=" + directory.resolve("both.pem"),
            "--tlscert=" + ca("servers/localhost/cert.pem"),
            "--tlskey=" + ca("servers/localhost/key.pem"),
            "--authorization-policy=" + directory.resolve("policy.json"),
            "--audit-log=" + directory.resolve("audit.log"));
    certs("init", "--ip", "127.0.0.1");
    certs("issue", "client", "admin");
    certs("issue", "client", "viewer");
    certs("issue", "client", "Admin");
    Files.writeString(
        directory.resolve("both.pem"),
        Files.readString(ca("ca.pem")) + Files.readString(manual.resolve("ca.pem")));
    sign("olga", "/O=example/OU=operations/CN=olga", "");
    sign("mona", "/CN=mona", "subjectAltName = DNS:monitor.example");
    sign("mail", "/CN=mail", "subjectAltName = email:mon@example.org");
    sign("two", "/CN=admin/CN=viewer", "");
    sign("robot", "/OU=ci/OU=more/CN=robot", "");
    sign("alone", "/CN=robot", "");
    daemon.up();
    Path socket = daemon.http().socket();
    Files.setPosixFilePermissions(socket.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
  }

  @AfterAll
  static void stop() {
    daemon.docker().run("volume", "prune", "-af");
    daemon.close();
  }

  @BeforeEach
  void policyOfTheTests() throws IOException {
    Path file = directory.resolve("policy.json");
    if (Files.notExists(file) || !Files.readString(file).equals(POLICY)) {
      exchange(POLICY);
    }
  }

  /** Each name of a certificate decides, and only as a whole. */
  @Test
  void theNamesOfACertificateDecide() {
    tls("admin", "volume", "create", "by-admin").ok();
    tls("viewer", "volume", "ls", "-q").ok().says("by-admin");
    refused(
        tls("viewer", "volume", "rm", "by-admin"),
        "DELETE /volumes/by-admin is not allowed by look");
    tls("client", "version").ok(); // Docker's manual made this one
    refused(
        tls("client", "volume", "create", "x"), "POST /volumes/create is not allowed by manual");
    tls("olga", "volume", "create", "by-olga").ok();
    refused(tls("olga", "volume", "create", "-o", "device=/", "x"), "driver options");
    refused(tls("olga", "image", "save", "x"), "GET /images/get is not allowed by ops");
    for (String holder : new String[] {"mona", "mail"}) {
      tls(holder, "info", "-f", "{{.OSType}}").ok().says("linux");
      refused(tls(holder, "ps"), "GET /containers/json is not allowed by watch");
    }
    tls("robot", "image", "prune", "-f").ok();
    refused(tls("robot", "volume", "create", "x"), "is not allowed by both");
    for (String nobody : new String[] {"Admin", "two", "alone"}) {
      refused(tls(nobody, "ps"), "no rule names this caller");
    }
    assertThat(daemon.docker().ok("volume", "ls", "-q").lines())
        .contains("by-admin", "by-olga")
        .doesNotContain("x");
  }

  @Test
  void theKernelSaysWhoIsAtTheSocket() {
    local("--reuid=4101 --regid=4101 --clear-groups", "volume", "ls").ok();
    refused(
        local("--reuid=4101 --regid=4101 --clear-groups", "volume", "create", "x"),
        "POST /volumes/create is not allowed by look");
    local("--reuid=4102 --regid=4190 --clear-groups", "volume", "create", "by-group").ok();
    refused(
        local("--reuid=4102 --regid=4102 --groups=4190", "volume", "ls"),
        "no rule names this caller");
    // as both one may do what either may
    local("--reuid=4101 --regid=4190 --clear-groups", "volume", "create", "by-both").ok();
    // root of the group only is not root
    refused(local("--reuid=4103 --regid=0 --clear-groups", "ps"), "no rule names this caller");
  }

  @Test
  void overHttp2EachRequestIsDecidedOn() {
    String ping = "-o /dev/null https://localhost:%1$d/_ping https://localhost:%1$d/volumes";
    String create =
        "-X POST -H 'Content-Type: application/json' -d '{\"Name\":\"h2\"}' https://localhost:%d/volumes/create";
    assertThat(h2("admin", ping.formatted(port)))
        .startsWith("2 200\n{\"Volumes\":")
        .endsWith("2 200\n");
    assertThat(h2("viewer", create.formatted(port)))
        .isEqualTo(
            "{\"message\":\"authorization denied by policy: POST /volumes/create is not allowed by"
                + " look\"}\n2 403\n");
    assertThat(h2("admin", create.formatted(port))).endsWith("2 201\n");
    assertThat(h2("two", ping.formatted(port)))
        .startsWith("2 403\n")
        .endsWith("no rule names this caller\"}\n2 403\n");
    assertThat(
            Command.sh(
                "setpriv --reuid=4101 --regid=4101 --clear-groups curl -sS --http2 -w"
                    + " '%%{http_version} %%{http_code}\\n' --unix-socket %s http://d/_ping -X DELETE"
                        .formatted(daemon.http().socket())
                    + " http://d/volumes/h2"))
        .contains("DELETE /_ping is not allowed by look")
        .contains("DELETE /volumes/h2 is not allowed by look")
        .containsPattern("(?s)2 403.*2 403");
  }

  @Test
  void thePolicyIsExchangedWhileTheDaemonRuns() throws IOException {
    refused(tls("viewer", "volume", "create", "x"), "is not allowed by look");
    exchange(POLICY.replace("read-only", "operator"));
    tls("viewer", "volume", "create", "by-viewer").ok();

    policy("{\"rules\": [{\"name\": \"all\", \"who\": [{\"anyone\": true}]}]}");
    String path = directory.resolve("policy.json").toString();
    awaitLog("invalid authorization policy " + path + ": rules[0]: must have either");
    awaitLog("the one before stays in force");
    tls("viewer", "volume", "rm", "by-viewer").ok();
    refused(tls("two", "ps"), "no rule names this caller");

    int before = occurrences("no such file or directory");
    Files.delete(directory.resolve("policy.json"));
    Wait.until("word of the missing file", () -> occurrences("no such file or directory") > before);
    tls("viewer", "volume", "create", "by-viewer").ok();
    refused(tls("two", "ps"), "no rule names this caller");
  }

  @Test
  void asASignalSaysSoTheFileIsReadAtOnce() throws IOException {
    policy("{\"rules\": 1}");
    int before = occurrences("rules: must be an array");
    hangUp();
    Wait.until("the refusal", () -> occurrences("rules: must be an array") > before);
    tls("viewer", "ps").ok();
    // renamed over it, as editors and Kubernetes do
    Path next = directory.resolve("next.json");
    Files.writeString(next, "{\"rules\": [{\"who\": [{\"uid\": 0}], \"role\": \"admin\"}]}");
    Files.move(
        next,
        directory.resolve("policy.json"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    hangUp();
    Wait.until("the new policy", () -> tls("viewer", "ps").exit() != 0);
    refused(tls("admin", "ps"), "no rule names this caller");
  }

  /** The tool says of a certificate what the daemon does. */
  @Test
  void aPolicyIsTriedWithoutADaemon() {
    String file = directory.resolve("policy.json").toString();
    String viewer = ca("clients/viewer/cert.pem").toString();
    daemon.program("policy", "check", file).ok().says(file + ": 6 rules");
    daemon.program("policy", "check", file, "--cert", viewer, "GET", "/v1.51/info").ok();
    daemon
        .program("policy", "check", file, "--cert", viewer, "DELETE", "/volumes/by-admin")
        .exits(2)
        .says("refused: DELETE /volumes/by-admin is not allowed by look");
  }

  @Test
  void withoutItsPolicyTheDaemonDoesNotStart() throws IOException {
    Path none = directory.resolve("none.json");
    try (DaemonFixture open = DaemonFixture.stopped("--authorization-policy=" + none)) {
      open.launch();
      assertThat(open.awaitEnd(Command.LIMIT)).isEqualTo(1);
      assertThat(open.log())
          .contains("invalid authorization policy: open " + none + ": no such file or directory");
      assertThat(open.http().socket()).doesNotExist();
    }
  }

  @Test
  void auditLinesSayWhoDidWhatAndWhatCameOfIt() throws IOException {
    Path log = directory.resolve("audit.log");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
        .isEqualTo("rw-------");
    Path moved = directory.resolve("audit.log.1");
    Files.move(log, moved);
    hangUp();
    Wait.until("the file to be opened again", () -> Files.exists(log));
    tls("viewer", "rm", "-f", "web");
    tls("admin", "run", "--name", "target", "no-such.invalid/x");
    local("--reuid=4101 --regid=4101 --clear-groups", "inspect", "--type", "volume", "nothing");
    daemon.http().get("/v1.51/info?secret=s3cret");
    String serial =
        Command.sh("openssl x509 -noout -serial -in %s".formatted(ca("clients/viewer/cert.pem")));
    String hex = new java.math.BigInteger(serial.strip().substring(7), 16).toString(16);
    String time = "\\{\"time\":\"([0-9T:.-]+Z)\",";
    Wait.until(
        "the lines",
        () -> read(log).contains("/volumes/nothing") && read(log).contains("/info"),
        () -> read(log));
    assertThat(read(log))
        .doesNotContain("s3cret")
        .containsPattern(
            time
                + Pattern.quote(
                    "\"who\":{\"subject\":\"CN=viewer\",\"serial\":\"%s\"},\"method\":\"DELETE\",\"path\":\"/containers/web\",\"route\":\"/containers/{id}\",\"decision\":\"denied\",\"status\":403,\"reason\":\"DELETE /containers/web is not allowed by look\"}"
                        .formatted(hex))
                + "\n")
        .containsPattern(
            "\"method\":\"POST\",\"path\":\"/containers/create\",\"route\":\"/containers/create\",\"target\":\"target\",\"rule\":\"root\",\"decision\":\"allowed\",\"status\":404}")
        .containsPattern(
            time
                + "\"who\":\\{\"uid\":4101,\"gid\":4101,\"pid\":[0-9]+},\"method\":\"GET\",\"path\":\"/volumes/nothing\",\"route\":\"/volumes/\\{name}\",\"rule\":\"look\",\"decision\":\"allowed\",\"status\":404}\n")
        .containsPattern(
            "\"who\":\\{\"uid\":0,\"gid\":0,\"pid\":%d},\"method\":\"GET\",\"path\":\"/info\",\"route\":\"/info\",\"rule\":\"root\",\"decision\":\"allowed\",\"status\":200}"
                .formatted(ProcessHandle.current().pid()));
    for (String line : read(log).lines().toList()) {
      String at = line.replaceFirst("^" + time + ".*", "$1");
      assertThat(Instant.parse(at)).isBetween(Instant.now().minusSeconds(600), Instant.now());
    }
  }

  private static void sign(String holder, String subject, String extension) throws IOException {
    Path to = Files.createDirectories(ca("clients/" + holder));
    new OpenSsl(directory.resolve("manual"))
        .run(
            """
            openssl req -subj %2$s -new -key key.pem -out %1$s.csr
            printf 'extendedKeyUsage = clientAuth\\n%3$s\\n' >%1$s.cnf
            openssl x509 -req -days 30 -sha256 -in %1$s.csr -CA ca.pem -CAkey ca-key.pem -passin pass:secret \
              -CAcreateserial -out %4$s/cert.pem -extfile %1$s.cnf
            cp key.pem %4$s/key.pem
            """
                .formatted(holder, subject, extension, to));
  }

  private static void policy(String text) throws IOException {
    Files.writeString(directory.resolve("policy.json"), text);
  }

  /** Writes another policy and waits until it is in force. */
  private static void exchange(String text) throws IOException {
    String word = "read the authorization policy";
    int before = occurrences(word);
    policy(text);
    Wait.until("the policy to be read again", () -> occurrences(word) > before, daemon::log);
  }

  private static int occurrences(String text) {
    return daemon.log().split(Pattern.quote(text), -1).length - 1;
  }

  private static void awaitLog(String text) {
    Wait.until(text, () -> daemon.log().contains(text), daemon::log);
  }

  private static void hangUp() {
    Command.of("kill", "-HUP", Long.toString(daemon.process().pid())).run().ok();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void refused(Result result, String reason) {
    assertThat(result.exit()).as(result::describe).isNotZero();
    result.says("authorization denied by policy").says(reason);
  }

  private static Result tls(String holder, String... arguments) {
    Path manual = directory.resolve("manual");
    Path files = holder.equals("client") ? manual : ca("clients/" + holder);
    List<String> words =
        new ArrayList<>(
            List.of(
                "docker",
                "-H",
                "127.0.0.1:" + port,
                "--tlsverify",
                "--tlscacert=" + ca("ca.pem"),
                "--tlscert=" + files.resolve("cert.pem"),
                "--tlskey=" + files.resolve("key.pem")));
    words.addAll(List.of(arguments));
    return Command.of(words).env("DOCKER_CONFIG", directory.resolve("cli").toString()).run();
  }

  private static Result local(String identity, String... arguments) {
    List<String> words = new ArrayList<>(List.of("setpriv"));
    words.addAll(List.of(identity.split(" ")));
    words.addAll(List.of("docker", "-H", daemon.host()));
    words.addAll(List.of(arguments));
    return Command.of(words).env("DOCKER_CONFIG", "/nowhere").run();
  }

  private static String h2(String holder, String request) {
    return Command.sh(
        "curl -sS --http2 -w '%%{http_version} %%{http_code}\\n' --cacert %s --cert %s --key %s %s"
            .formatted(
                ca("ca.pem"),
                ca("clients/" + holder + "/cert.pem"),
                ca("clients/" + holder + "/key.pem"),
                request));
  }

  private static void certs(String... arguments) {
    List<String> words = new ArrayList<>(List.of("certs"));
    words.addAll(List.of(arguments));
    words.addAll(List.of("--dir", ca("").toString()));
    daemon.program(words.toArray(String[]::new)).ok();
  }

  private static Path ca(String file) {
    return directory.resolve("ca").resolve(file);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
