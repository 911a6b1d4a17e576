package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/** What people's test suites do: Testcontainers runs a PostgreSQL and a Redis. */
@ExtendWith(SharedEngine.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DatabasesIT {
  private static final String READY = ".*database system is ready to accept connections.*\\n";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Engine engine;

  DatabasesIT(Engine engine) {
    this.engine = engine;
  }

  /** Images of the packages that {@code ./test} downloaded. */
  @BeforeAll
  void images() {
    Command.sh(
        """
        export DOCKER_HOST=%1$s
        root=$(mktemp -d) && trap 'rm -rf $root' EXIT
        for deb in target/debian-packages/*.deb target/service-packages/*.deb; do dpkg-deb -x $deb $root; done
        rm -rf $root/usr/share/{doc,man,locale,info} $root/usr/lib/postgresql/*/lib/bitcode
        mkdir $root/data && chown 70:70 $root/data
        ln -s $(cd $root && echo usr/lib/postgresql/*/bin) $root/programs
        printf 'root:x:0:0:root:/root:/bin/sh\\npostgres:x:70:70::/data:/bin/sh\\n' >$root/etc/passwd
        printf 'root:x:0:\\npostgres:x:70:\\n' >$root/etc/group
        printf '%%s\\n' '#!/bin/sh' 'set -e' 'initdb -D /data/db -A trust -U postgres --no-locale -E UTF8 -N' \\
          'echo host all all all trust >>/data/db/pg_hba.conf' \\
          'exec postgres -D /data/db -c fsync=off -c jit=off -c listen_addresses=* -k /tmp' >$root/usr/bin/serve
        chmod 755 $root/usr/bin/serve
        tar -C $root -c . | docker import \\
          -c 'USER postgres' -c 'EXPOSE 5432' -c 'CMD ["serve"]' -c 'ENV %2$s' \\
          -c 'HEALTHCHECK --interval=500ms --timeout=5s --retries=100 CMD pg_isready -q -h 127.0.0.1' - it-postgres
        printf 'FROM it-postgres\\nUSER root\\nHEALTHCHECK NONE\\nEXPOSE 6379\\nCMD ["redis-server", "--protected-mode", "no"]\\n' \\
          | DOCKER_BUILDKIT=0 docker build -q -t it-redis -
        """
            .formatted(engine.docker().host(), TestImages.PATH.replace("=", "=/programs:")));
    EngineUnderTest.at(engine.docker().host());
  }

  @AfterAll
  void removeImages() {
    engine.docker().run("rmi", "-f", "it-redis", "it-postgres");
  }

  @Test
  void postgresIsReadyByItsLog() throws Exception {
    try (GenericContainer<?> postgres = postgres(Wait.forLogMessage(READY, 1))) {
      postgres.start();
      try (Connection connection = connect(postgres);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE words (id serial PRIMARY KEY, word text NOT NULL)");
        statement.execute(
            "INSERT INTO words (word) SELECT 'w' || n FROM generate_series(1, 5000) n");
        try (ResultSet rows = statement.executeQuery("SELECT count(*), max(word) FROM words")) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(5000);
          assertThat(rows.getString(2)).isEqualTo("w999");
        }
      }
      var psql =
          postgres.execInContainer("psql", "-h", "127.0.0.1", "-Atc", "SELECT sum(id) FROM words");
      assertThat(psql.getStdout()).as(psql.getStderr()).isEqualTo("12502500\n");
      assertThat(psql.getExitCode()).isZero();
      postgres.copyFileToContainer(Transferable.of("SELECT 6 * 7;\n"), "/data/query.sql");
      assertThat(
              postgres
                  .execInContainer("psql", "-h", "127.0.0.1", "-Atf", "/data/query.sql")
                  .getStdout())
          .isEqualTo("42\n");
      assertThat(postgres.getLogs()).contains("database system is ready");
    }
  }

  @Test
  void postgresIsReadyByItsHealthCheck() throws Exception {
    try (GenericContainer<?> postgres = postgres(Wait.forHealthcheck())) {
      postgres.start();
      assertThat(postgres.isHealthy()).isTrue();
      try (Connection connection = connect(postgres);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT current_user")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo("postgres");
      }
    }
  }

  @Test
  void redisIsReadyByItsPortAndFoundByItsName() throws Exception {
    try (Network network = Network.newNetwork();
        GenericContainer<?> redis = redis();
        GenericContainer<?> client = redis()) {
      redis.withNetwork(network).withNetworkAliases("cache").start();
      try (Socket socket = new Socket(redis.getHost(), redis.getMappedPort(6379))) {
        assertThat(ask(socket, "SET greeting hello")).isEqualTo("+OK\r\n");
        assertThat(ask(socket, "GET greeting")).isEqualTo("$5\r\nhello\r\n");
      }
      client.withNetwork(network).start();
      var answer = client.execInContainer("redis-cli", "-h", "cache", "GET", "greeting");
      assertThat(answer.getStdout()).as(answer.getStderr()).isEqualTo("hello\n");
    }
  }

  @Test
  void programsThatEndAreRunToTheirEnd() {
    try (GenericContainer<?> good = oneShot("redis-cli", "--version")) {
      good.start();
      assertThat(good.getLogs()).startsWith("redis-cli ");
    }
    try (GenericContainer<?> bad = oneShot("redis-server", "--no-such-option")) {
      assertThatThrownBy(bad::start).isInstanceOf(ContainerLaunchException.class);
    }
  }

  private static GenericContainer<?> oneShot(String... words) {
    return new GenericContainer<>(DockerImageName.parse("it-redis"))
        .withCommand(words)
        .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(LIMIT));
  }

  private static GenericContainer<?> postgres(WaitStrategy ready) {
    return new GenericContainer<>(DockerImageName.parse("it-postgres"))
        .withExposedPorts(5432)
        .waitingFor(ready.withStartupTimeout(LIMIT));
  }

  private static GenericContainer<?> redis() {
    return new GenericContainer<>(DockerImageName.parse("it-redis"))
        .withExposedPorts(6379)
        .waitingFor(Wait.forListeningPort().withStartupTimeout(LIMIT));
  }

  private static Connection connect(GenericContainer<?> postgres) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/postgres"
            .formatted(postgres.getHost(), postgres.getMappedPort(5432)),
        "postgres",
        "");
  }

  /** One command in Redis' inline form; its answer is short and comes in one piece. */
  private static String ask(Socket socket, String command) throws IOException {
    socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
    byte[] answer = new byte[200];
    int length = socket.getInputStream().read(answer);
    return new String(answer, 0, Math.max(length, 0), StandardCharsets.UTF_8);
  }
}
