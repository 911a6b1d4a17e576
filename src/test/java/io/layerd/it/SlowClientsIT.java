package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for more than they read, and answers that are streams over HTTP/2. */
@ExtendWith(SharedEngine.class)
class SlowClientsIT {
  private static final int READERS = 50;
  private static final int ATTACHED = 5;
  private static final int LOG_BYTES = 40 * 1024 * 1024;

  /** Of 2,000 MB that were asked for. */
  private static final long MOST_MORE_BYTES = 160L * 1024 * 1024;

  @TempDir Path directory;

  @Test
  void whoDoesNotReadHoldsNeitherMemoryNorAnybodyUp(Engine engine) throws IOException {
    DockerCli docker = engine.docker();
    String line = "x".repeat(1023);
    docker.ok(
        "run",
        "-d",
        "--name",
        "chatty",
        "-i",
        engine.busybox(),
        "sh",
        "-c",
        "yes %s | head -c %d; echo end; read x".formatted(line, LOG_BYTES));
    List<SocketChannel> clients = new ArrayList<>();
    try {
      Wait.until(
          "the whole log",
          Command.LIMIT,
          () -> docker.ok("logs", "--tail", "1", "chatty").equals("end"),
          () -> "");
      DaemonFixture daemon = engine.daemon();
      long before = daemon == null ? 0 : resident(daemon);
      for (int i = 0; i < READERS; i++) {
        clients.add(ask(engine, "GET /containers/chatty/logs?follow=1&stdout=1&tail=all"));
        clients.add(ask(engine, "GET /events?since=1"));
      }
      for (int i = 0; i < ATTACHED; i++) {
        clients.add(ask(engine, "POST /containers/chatty/attach?logs=1&stream=1&stdout=1"));
      }
      for (int i = 0; i < READERS; i++) { // other requests, and each kind of lane
        assertThat(engine.http().get("/_ping").body()).isEqualTo("OK");
        assertThat(engine.http().get("/containers/chatty/json").status()).isEqualTo(200);
      }
      docker.ok("volume", "rm", docker.ok("volume", "create"));
      assertThat(docker.ok("run", "--rm", engine.busybox(), "echo", "through"))
          .isEqualTo("through");
      // one that reads gets all of it
      assertThat(docker.with("bash", "-c", "docker logs chatty | wc -c").run().ok().line())
          .isEqualTo(Integer.toString(LOG_BYTES + "end\n".length()));
      if (daemon != null) {
        assertThat(resident(daemon) - before).isLessThan(MOST_MORE_BYTES);
      }
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
      docker.run("rm", "-f", "chatty");
    }
  }

  /** The client has its head, and reads no more. */
  private static SocketChannel ask(Engine engine, String request) throws IOException {
    SocketChannel channel = engine.http().open();
    String head = request + " HTTP/1.1\r\nHost: d\r\n\r\n";
    Http.write(channel, head.getBytes(StandardCharsets.US_ASCII));
    ByteBuffer first = ByteBuffer.allocate(12);
    while (first.hasRemaining() && channel.read(first) >= 0) {
      // the status line
    }
    assertThat(new String(first.array(), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
    return channel;
  }

  private static long resident(DaemonFixture daemon) throws IOException {
    Path status = Path.of("/proc/" + daemon.process().pid() + "/status");
    String line =
        Files.readAllLines(status).stream()
            .filter(one -> one.startsWith("RssAnon:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
  }

  @Test
  void logsPullsAndBuildsAreStreamsOfHttp2(Engine engine) throws IOException {
    String image = engine.registry().ref("configured");
    assertThat(h2(engine, "-X POST", "/images/create?fromImage=" + image))
        .contains("\"status\":\"Pulling from")
        .contains("\"status\":\"Status: ")
        .endsWith(" 2 200");
    Files.writeString(
        directory.resolve("Dockerfile"),
        "FROM " + engine.busybox() + "\nRUN echo built > /over-h2\n");
    Command.sh("tar -C %1$s -cf %1$s/context.tar Dockerfile".formatted(directory));
    assertThat(
            h2(
                engine,
                "-X POST -H 'Content-Type: application/x-tar' --data-binary @"
                    + directory.resolve("context.tar"),
                "/build?t=over-h2"))
        .contains("Successfully tagged over-h2:latest")
        .endsWith(" 2 200");
    engine
        .docker()
        .ok("run", "-d", "--name", "h2log", "-i", "over-h2", "sh", "-c", "cat /over-h2; read x");
    try {
      Command.Running following =
          Command.of("bash", "-c", curl(engine, "-N", "/containers/h2log/logs?stdout=1&follow=1"))
              .start();
      following.awaitOut("built");
      engine.docker().ok("rm", "-f", "h2log");
      assertThat(following.await(Command.LIMIT).ok().out()).endsWith(" 2 200");
    } finally {
      engine.docker().run("rm", "-f", "h2log");
      engine.docker().run("rmi", "over-h2");
    }
  }

  private static String h2(Engine engine, String arguments, String path) {
    return Command.sh(curl(engine, arguments, path));
  }

  private static String curl(Engine engine, String arguments, String path) {
    return "curl -sS --http2-prior-knowledge -w ' %%{http_version} %%{http_code}' --unix-socket %s %s 'http://d%s'"
        .formatted(engine.http().socket(), arguments, path);
  }
}
