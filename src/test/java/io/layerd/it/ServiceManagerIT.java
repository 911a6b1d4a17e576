package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The daemon as a service: sockets that are open before it, and what it says of itself. */
class ServiceManagerIT {
  private static final String FORMAT = "{{.Server.Version}}";

  @Test
  void servesEverySocketThatItIsHanded() throws Exception {
    int port = freePort();
    try (DaemonFixture daemon = DaemonFixture.stopped("-H", "fd://")) {
      Path socket = daemon.root().resolve("sock");
      daemon.listening("api=" + socket, "net=127.0.0.1:" + port);
      daemon.up();
      String version = daemon.docker().ok("version", "-f", FORMAT);
      assertThat(version).isNotEmpty();
      DockerCli remote = new DockerCli("tcp://127.0.0.1:" + port, daemon.root().resolve("cli2"));
      assertThat(remote.ok("version", "-f", FORMAT)).isEqualTo(version);
      daemon.docker().ok("volume", "create", "before");
      // more connections than event loops, held open together
      List<Command.Running> followers =
          java.util.stream.IntStream.range(0, 8)
              .mapToObj(i -> i % 2 == 0 ? daemon.docker() : remote)
              .map(cli -> cli.command("events", "--since", "0").start())
              .toList();
      // whoever sees what was before hears of what follows
      followers.forEach(follower -> follower.awaitOut("volume create before"));
      daemon.docker().ok("volume", "create", "seen");
      followers.forEach(follower -> follower.awaitOut("volume create seen"));
      followers.forEach(Command.Running::kill);
      daemon.docker().ok("volume", "rm", "before", "seen");
      assertThat(daemon.log())
          .contains("API listen on " + socket)
          .contains("API listen on 127.0.0.1:" + port);
      assertThat(daemon.stop()).isZero();
      assertThat(socket).as("it belongs to the socket unit").exists();
    }
  }

  @Test
  void servesTheSocketOfANameOrNumberOnly() throws Exception {
    int port = freePort();
    try (DaemonFixture daemon = DaemonFixture.stopped("-H", "fd://api", "-H", "fd://5")) {
      Path other = daemon.root().resolve("other.sock");
      daemon.listening(
          "other=" + other, "api=" + daemon.root().resolve("sock"), "net=127.0.0.1:" + port);
      daemon.up();
      DockerCli remote = new DockerCli("tcp://127.0.0.1:" + port, daemon.root().resolve("cli2"));
      assertThat(remote.ok("version", "-f", FORMAT))
          .isEqualTo(daemon.docker().ok("version", "-f", FORMAT));
      assertThat(daemon.log()).doesNotContain("API listen on " + other);
    }
  }

  @Test
  void aClientThatCameBeforeTheDaemonIsAnswered() throws Exception {
    try (DaemonFixture daemon = DaemonFixture.stopped("-H", "fd://")) {
      Path socket = daemon.root().resolve("sock");
      daemon.listening(socket.toString());
      daemon.launch();
      Wait.until("the launcher to listen", () -> Files.exists(socket));
      daemon.docker().ok("version");
    }
  }

  @Test
  void doesNotStartWithoutASocketToTake() {
    try (DaemonFixture daemon = DaemonFixture.stopped("-H", "fd://")) {
      // of another process: 1 is never the daemon
      daemon.env("LISTEN_PID", "1").env("LISTEN_FDS", "1");
      daemon.launch();
      assertThat(daemon.awaitEnd(Duration.ofSeconds(60))).isEqualTo(1);
      assertThat(daemon.log())
          .contains(
              "failed to load listeners: no sockets found via socket activation: make sure the"
                  + " service was started by systemd");
    }
  }

  @Test
  void tellsTheServiceManagerHowItIs() throws Exception {
    Path directory = Files.createTempDirectory("layerd-it-notify");
    Path socket = directory.resolve("notify");
    try (NotifySocket manager = new NotifySocket(socket);
        DaemonFixture daemon = DaemonFixture.stopped()) {
      daemon.env("NOTIFY_SOCKET", socket.toString()).env("WATCHDOG_USEC", "200000");
      daemon.up();
      String serving = "READY=1\nSTATUS=Serving the Docker Remote API";
      String starting = "STATUS=Recovering containers and networks";
      Wait.until("READY=1", () -> manager.messages().size() >= 2);
      assertThat(manager.messages()).containsExactly(starting, serving);
      Wait.until("signs of life", () -> manager.signsOfLife() >= 5);

      long before = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
      Command.of("kill", "-HUP", Long.toString(daemon.process().pid())).run().ok();
      Wait.until("the end of the reload", () -> manager.messages().size() >= 4);
      long after = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
      List<String> reload = manager.messages().get(2).lines().toList();
      assertThat(reload.getFirst()).isEqualTo("RELOADING=1");
      assertThat(reload.get(1)).startsWith("MONOTONIC_USEC=");
      assertThat(Long.parseLong(reload.get(1).substring("MONOTONIC_USEC=".length())))
          .as("a clock that all processes share")
          .isBetween(before, after);
      assertThat(manager.messages().get(3)).isEqualTo(serving);

      assertThat(daemon.stop()).isZero();
      Wait.until("STOPPING=1", () -> manager.messages().size() >= 5);
      assertThat(manager.messages().get(4)).startsWith("STOPPING=1\n");
    } finally {
      Command.of("rm", "-rf", directory.toString()).run();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
