package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Stages that do not need each other are built together, those that nobody needs are not. */
@ExtendWith(SharedEngine.class)
class BuildStagesIT {
  private final Engine engine;
  private final DockerCli docker;
  private java.nio.file.Path context = java.nio.file.Path.of("/");
  private final CyclicBarrier meeting = new CyclicBarrier(2);
  private final ExecutorService threads = Executors.newFixedThreadPool(4);
  private HttpServer server;

  BuildStagesIT(Engine engine) throws IOException {
    this.engine = engine;
    docker = engine.docker();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  /** Answers two who ask at the same time, and nobody who asks alone. */
  @BeforeEach
  void openMeeting() {
    context = engine.directory();
    server.createContext(
        "/",
        exchange -> {
          int status = 200;
          try {
            meeting.await(40, TimeUnit.SECONDS);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            status = 500;
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    threads.shutdownNow();
    docker
        .with(
            "bash",
            "-c",
            "docker images -q --filter reference='it-*stages' | xargs -r docker rmi -f >/dev/null;"
                + " docker image prune -f >/dev/null; rm -rf "
                + context)
        .run()
        .ok();
    assertThat(docker.ok("ps", "-aq")).as("containers that builds left").isEmpty();
  }

  private String twoThatMeet() {
    String ask = "wget -q -O /dev/null http://127.0.0.1:" + server.getAddress().getPort() + "/";
    return """
    FROM busybox AS one
    RUN --net ASK && echo first
    FROM busybox AS unused
    RUN exit 7
    FROM busybox AS two
    RUN --net ASK && echo second
    FROM busybox
    COPY --from=one /bin/busybox /one
    COPY --from=two /bin/busybox /two
    RUN ls /one /two
    """
        .replace("ASK", ask);
  }

  @Test
  void twoStagesMeetInBuildKit() throws IOException {
    try (KitClient client = KitClient.of(engine)) {
      Result built =
          client
              .build(
                  twoThatMeet().replace("--net ", "--network=host "),
                  "--allow",
                  "network.host",
                  "--no-cache",
                  "-t",
                  "it-kit")
              .ok();
      assertThat(built.err()).contains("[one 2/2]", "[two 2/2]").doesNotContain("exit 7");
    }
  }

  private Result classic(String dockerfile, String... flags) throws IOException {
    Files.writeString(
        context.resolve("Dockerfile"),
        dockerfile.replace("FROM busybox", "FROM " + engine.busybox()));
    String[] words = new String[flags.length + 4];
    words[0] = "build";
    words[1] = "-t";
    words[2] = "it-stages";
    System.arraycopy(flags, 0, words, 3, flags.length);
    words[words.length - 1] = context.toString();
    return docker.command(words).env("DOCKER_BUILDKIT", "0").run();
  }

  @Test
  void twoStagesMeetInTheClassicBuilderAndAreShownInOrder() throws IOException {
    Result built =
        classic(twoThatMeet().replace("--net ", ""), "--network", "host", "--no-cache").ok();
    assertThat(built.out())
        .containsSubsequence(
            "Step 1/8 : FROM",
            "Step 2/8 : RUN",
            "\nfirst\n",
            "Step 3/8 : FROM",
            "Step 4/8 : RUN",
            "\nsecond\n",
            "Step 5/8 : FROM",
            "Step 8/8 : RUN ls",
            "Successfully built")
        .doesNotContain("exit 7");
  }

  @Test
  void theFirstFailureInOrderIsTheOneThatIsTold() throws IOException {
    Result failed =
        classic(
            """
            FROM busybox AS one
            RUN sleep 1; echo slow; exit 3
            FROM busybox AS two
            RUN exit 4
            FROM busybox
            COPY --from=two / /two
            COPY --from=one / /one
            """);
    failed.exits(3).says("slow").says("exit 3' returned a non-zero code: 3");
    assertThat(failed.out()).doesNotContain("exit 4");
  }

  @Test
  void aFailureEndsTheOtherStagesOfBuildKitAtOnce() throws IOException {
    try (KitClient client = KitClient.of(engine)) {
      Result failed =
          client.build(
              """
              FROM busybox AS long
              RUN sleep 600
              FROM busybox AS short
              RUN echo wrong; exit 5
              FROM busybox
              COPY --from=long / /l
              COPY --from=short / /s
              """,
              "--no-cache");
      assertThat(failed.exits(1).err())
          .contains(">>> RUN echo wrong; exit 5", "exit code: 5")
          .contains("CANCELED");
    }
  }
}
