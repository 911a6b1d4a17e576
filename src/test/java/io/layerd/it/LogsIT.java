package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Logging drivers with a real monitor and a daemon that may die. */
class LogsIT {
  private static RegistryFixture registry;
  private static DaemonFixture daemon;
  private static DockerCli docker;
  private static String busybox;

  @BeforeAll
  static void open() {
    registry = new RegistryFixture();
    busybox = registry.push("busybox", "latest", TestImages.busybox(TestImage.Form.DOCKER));
    daemon = DaemonFixture.start();
    docker = daemon.docker();
    docker.ok("pull", "-q", busybox);
  }

  @AfterAll
  static void close() {
    daemon.close();
    registry.close();
  }

  @AfterEach
  void nothingStays() {
    docker.run("rm", "-f", "box");
  }

  private static String count(int to) {
    return IntStream.rangeClosed(1, to)
        .mapToObj(i -> "line " + i + "\n")
        .collect(Collectors.joining());
  }

  /** What it prints on its standard output. */
  private static String logs(String... options) {
    List<String> words = new java.util.ArrayList<>(List.of("logs"));
    words.addAll(List.of(options));
    words.add("box");
    return docker.run(words.toArray(String[]::new)).ok().out();
  }

  private static Path log() {
    return Path.of(docker.ok("inspect", "-f", "{{.LogPath}}", "box").strip());
  }

  private static void box(String script, String... options) {
    List<String> words =
        new java.util.ArrayList<>(List.of("run", "--name", "box", "--network", "none"));
    words.addAll(List.of(options));
    words.addAll(List.of(busybox, "sh", "-c", script));
    docker.ok(words.toArray(String[]::new));
  }

  /** Rotation, compression, kills of the daemon in the middle: every line once, in order. */
  @Test
  void nothingIsLostWhileTheDaemonIsDown() throws Exception {
    box(
        "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); echo line $i; done; printf open; sleep 3; echo ' end'",
        "-d",
        "--log-opt",
        "max-size=100k",
        "--log-opt",
        "max-file=99",
        "--log-opt",
        "compress=true");
    for (int kill = 0; kill < 3; kill++) {
      Thread.sleep(100);
      daemon.kill9();
      Thread.sleep(100);
      daemon.up();
    }
    docker.ok("wait", "box");
    assertThat(logs()).isEqualTo(count(30_000) + "open end\n");
    assertThat(logs("--tail", "2")).isEqualTo("line 30000\nopen end\n");
    Path log = log();
    assertThat(log).hasFileName(docker.ok("inspect", "-f", "{{.Id}}", "box").strip() + "-json.log");
    assertThat(log.resolveSibling(log.getFileName() + ".1.gz")).exists();
    assertThat(log.resolveSibling(log.getFileName() + ".1")).doesNotExist();
    try (var files = Files.list(log.getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("ctr.log"));
    }
    assertThat(Command.sh("tail -n 1 " + log))
        .matches(
            "\\{\"log\":\"open end\\\\n\",\"stream\":\"stdout\",\"time\":\"20[0-9-]{8}T[0-9:]{8}(\\.[0-9]*[1-9])?Z\"\\}\n");
  }

  @Test
  void followsAcrossRotations() {
    box(
        "sleep 1; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done",
        "-d",
        "--log-opt",
        "max-size=50k",
        "--log-opt",
        "max-file=99");
    assertThat(logs("-f")).isEqualTo(count(20_000));
    assertThat(logs()).isEqualTo(count(20_000));
  }

  @Test
  void attributesAreInTheFileAndInTheDetails() {
    box(
        "echo hi",
        "--label",
        "a=b",
        "-e",
        "X=y z",
        "--log-opt",
        "labels=a",
        "--log-opt",
        "env=X",
        "--log-opt",
        "tag={{.Name}}");
    assertThat(log())
        .content()
        .startsWith(
            "{\"log\":\"hi\\n\",\"stream\":\"stdout\",\"attrs\":{\"X\":\"y z\",\"a\":\"b\",\"tag\":\"box\"},");
    assertThat(logs("--details")).isEqualTo("X=y+z,a=b,tag=box hi\n");
  }

  @Test
  void localKeepsItsOwnFormat() {
    box("echo err >&2; sleep 0.3; echo out; echo more", "--log-driver", "local");
    assertThat(logs()).isEqualTo("out\nmore\n");
    assertThat(docker.run("logs", "--tail", "1", "box").out()).isEqualTo("more\n");
    assertThat(docker.run("logs", "box").err()).isEqualTo("err\n");
    assertThat(docker.ok("inspect", "-f", "{{.LogPath}}", "box")).isEmpty();
  }

  @Test
  void syslogGetsDatagrams() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(30_000);
      box(
          "echo one; sleep 0.1; echo two >&2",
          "--log-driver",
          "syslog",
          "--log-opt",
          "syslog-address=udp://127.0.0.1:" + server.getLocalPort(),
          "--log-opt",
          "syslog-facility=local3",
          "--log-opt",
          "syslog-format=rfc5424",
          "--log-opt",
          "tag={{.Name}}");
      assertThat(receive(server)).matches("<158>1 \\S+ \\S+ box \\d+ box - one\n");
      assertThat(receive(server)).matches("<155>1 \\S+ \\S+ box \\d+ box - two\n");
    }
    assertThat(logs()).isEqualTo("one\n");
  }

  private static String receive(DatagramSocket server) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
    server.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }

  @Test
  void fluentdGetsMessages() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> received =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket client = server.accept();
                    InputStream in = client.getInputStream()) {
                  return in.readAllBytes();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      box(
          "echo hello",
          "--log-driver",
          "fluentd",
          "--log-opt",
          "fluentd-address=127.0.0.1:" + server.getLocalPort(),
          "--log-opt",
          "tag=my.tag");
      String id = docker.ok("inspect", "-f", "{{.Id}}", "box").strip();
      String bytes = new String(received.get(), StandardCharsets.ISO_8859_1);
      // [tag, time, {container_id, container_name, source, log}]
      assertThat(bytes).startsWith("\u0093\u00a6my.tag\u00ce");
      assertThat(bytes.substring(13))
          .isEqualTo(
              "\u0084\u00accontainer_id\u00d9\u0040"
                  + id
                  + "\u00aecontainer_name\u00a4/box\u00a6source\u00a6stdout\u00a3log\u00a5hello");
    }
  }

  @Test
  void gelfGetsLinesOverAStream() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> received =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket client = server.accept();
                    InputStream in = client.getInputStream()) {
                  return in.readAllBytes();
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      box(
          "echo one; echo; echo two >&2",
          "--log-driver",
          "gelf",
          "--log-opt",
          "gelf-address=tcp://127.0.0.1:" + server.getLocalPort(),
          "--log-opt",
          "tag=my.tag");
      String[] messages = new String(received.get(), StandardCharsets.UTF_8).split("\0", -1);
      assertThat(messages).hasSize(3);
      assertThat(messages[2]).isEmpty();
      String all = messages[0] + messages[1];
      assertThat(all)
          .contains("\"short_message\":\"one\"", "\"level\":6", "\"_container_name\":\"box\"")
          .contains("\"short_message\":\"two\"", "\"level\":3", "\"_tag\":\"my.tag\"")
          .contains("\"_created\":\"" + docker.ok("inspect", "-f", "{{.Created}}", "box") + "\"");
    }
  }

  @Test
  void aReceiverThatIsNotThere() {
    Result refused =
        docker.run(
            "run",
            "--name",
            "box",
            "--network",
            "none",
            "--log-driver",
            "fluentd",
            "--log-opt",
            "fluentd-address=127.0.0.1:1",
            busybox,
            "true");
    assertThat(refused.exit()).isEqualTo(125);
    assertThat(refused.err())
        .contains(
            "failed to create task for container: failed to initialize logging driver: dial tcp 127.0.0.1:1:"
                + " connect: connection refused");
    docker.ok("rm", "box");
    box(
        "echo hi",
        "--log-driver",
        "fluentd",
        "--log-opt",
        "fluentd-address=127.0.0.1:1",
        "--log-opt",
        "fluentd-async=true");
    assertThat(logs()).isEqualTo("hi\n");
  }

  @Test
  void noneKeepsNothing() {
    box("echo hi", "--log-driver", "none");
    assertThat(docker.run("logs", "box").err())
        .contains("configured logging driver does not support reading");
    assertThat(docker.ok("inspect", "-f", "{{.LogPath}}", "box")).isEmpty();
  }
}
