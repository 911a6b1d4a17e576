package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --link} on the default bridge, where containers are kept apart otherwise. */
@ExtendWith(SharedEngine.class)
class LinksIT {
  private static DaemonFixture daemon;
  private static DockerCli docker;
  private static String image;

  @BeforeAll
  static void start(Engine engine) {
    daemon = DaemonFixture.start("--icc=false", "--live-restore");
    docker = daemon.docker();
    docker.ok("pull", "-q", engine.registry().ref("busybox"));
    image = engine.registry().ref("busybox");
  }

  @AfterAll
  static void stop() {
    daemon.close();
  }

  @AfterEach
  void removeContainers() {
    docker.with("bash", "-c", "docker ps -aq | xargs -r docker rm -f -v").run().ok();
  }

  private static String database(String... options) {
    String[] words = new String[options.length + 10];
    System.arraycopy(
        new String[] {"run", "-d", "--name", "db", "-h", "dbhost", "-e", "A=1"}, 0, words, 0, 8);
    System.arraycopy(options, 0, words, 8, options.length);
    words[8 + options.length] = image;
    words[9 + options.length] = "top";
    return docker.ok(words);
  }

  private static String address(String container) {
    return docker.ok("inspect", "-f", "{{.NetworkSettings.Networks.bridge.IPAddress}}", container);
  }

  private static String ownId(String container) {
    return docker.ok("inspect", "-f", "{{.Id}}", container).substring(0, 12);
  }

  @Test
  void tellsOfTheOtherInNamesHostsAndEnvironment() {
    database("--expose", "5432", "--expose", "70-71", "--expose", "53/udp");
    String ip = address("db");
    docker.ok("run", "-d", "--name", "web", "--link", "db:my-data", "--link", "db", image, "top");
    assertThat(docker.ok("exec", "web", "env").lines())
        .contains(
            "MY_DATA_PORT=tcp://" + ip + ":70",
            "MY_DATA_PORT_5432_TCP=tcp://" + ip + ":5432",
            "MY_DATA_PORT_5432_TCP_ADDR=" + ip,
            "MY_DATA_PORT_5432_TCP_PORT=5432",
            "MY_DATA_PORT_5432_TCP_PROTO=tcp",
            "MY_DATA_PORT_53_UDP=udp://" + ip + ":53",
            "MY_DATA_PORT_70_TCP_START=tcp://" + ip + ":70",
            "MY_DATA_PORT_70_TCP_PORT_START=70",
            "MY_DATA_PORT_70_TCP_END=tcp://" + ip + ":71",
            "MY_DATA_PORT_70_TCP_PORT_END=71",
            "MY_DATA_NAME=/web/my-data",
            "MY_DATA_ENV_A=1",
            "DB_NAME=/web/db")
        .noneMatch(line -> line.startsWith("MY_DATA_ENV_PATH"));
    assertThat(docker.ok("exec", "web", "cat", "/etc/hosts").lines())
        .endsWith(
            ip + "\tmy-data dbhost db", ip + "\tdb dbhost", address("web") + "\t" + ownId("web"));
    assertThat(docker.ok("inspect", "-f", "{{json .HostConfig.Links}}", "web"))
        .isEqualTo("[\"/db:/web/my-data\",\"/db:/web/db\"]");
    assertThat(docker.ok("ps", "--no-trunc", "--format", "{{.Names}}").lines())
        .containsExactly("web", "db,web/db,web/my-data");
    assertThat(docker.ok("inspect", "-f", "{{.Name}}", "web/db")).isEqualTo("/db");
    assertThat(docker.ok("logs", "web/my-data")).doesNotContain("No such");
  }

  @Test
  void opensThePortsOfTheLinkAndNoOther() {
    database("--expose", "80");
    docker.ok("exec", "-d", "db", "httpd", "-f", "-p", "80", "-h", "/var/www");
    docker.ok("exec", "-d", "db", "httpd", "-f", "-p", "81", "-h", "/var/www");
    docker.ok("run", "-d", "--name", "web", "--link", "db", image, "top");
    docker.ok("run", "-d", "--name", "stranger", image, "top");
    String ip = address("db");
    String get = "timeout 2 wget -q -O - http://" + ip;
    assertThat(docker.ok("exec", "web", "sh", "-c", get + ":80/")).isEqualTo("served");
    assertThat(docker.run("exec", "web", "sh", "-c", get + ":81/").out()).isEmpty();
    assertThat(docker.run("exec", "stranger", "sh", "-c", get + ":80/").out()).isEmpty();
    docker.ok("rm", "--link", "web/db");
    assertThat(docker.run("exec", "web", "sh", "-c", get + ":80/").out()).isEmpty();
    assertThat(docker.ok("exec", "web", "cat", "/etc/hosts")).doesNotContain("dbhost");
    assertThat(docker.ok("inspect", "-f", "{{json .HostConfig.Links}}", "web")).isEqualTo("null");
    assertThat(docker.run("inspect", "web/db").out()).doesNotContain("dbhost");
  }

  @Test
  void followsTheOtherThroughStopsNamesAndDaemons() {
    database();
    docker.ok("run", "-d", "--name", "web", "--link", "db:data", image, "top");
    docker.ok("stop", "-t", "0", "db");
    docker.ok("run", "-d", "--name", "taker", image, "top");
    docker.ok("start", "db");
    String moved = address("db");
    assertThat(docker.ok("exec", "web", "cat", "/etc/hosts"))
        .contains(moved + "\tdata dbhost db\n");
    docker.ok("rename", "db", "db2");
    docker.ok("rename", "web", "front");
    assertThat(docker.ok("inspect", "-f", "{{json .HostConfig.Links}}", "front"))
        .isEqualTo("[\"/db2:/front/data\"]");
    daemon.stop();
    daemon.up();
    assertThat(docker.ok("inspect", "-f", "{{json .HostConfig.Links}}", "front"))
        .isEqualTo("[\"/db2:/front/data\"]");
    docker.ok("stop", "-t", "0", "db2", "front");
    assertThat(docker.run("start", "front").err())
        .contains("Cannot link to a non running container: /db2 AS /front/data");
    docker.ok("start", "db2", "front");
    assertThat(docker.ok("exec", "front", "cat", "/etc/hosts"))
        .contains(address("db2") + "\tdata dbhost db2\n");
  }

  @Test
  void onAUsersNetworkALinkIsAnAlias() {
    docker.ok("network", "create", "links-net");
    try {
      database("--network", "links-net");
      docker.ok(
          "run",
          "-d",
          "--name",
          "web",
          "--network",
          "links-net",
          "--link",
          "db:data",
          image,
          "top");
      assertThat(docker.ok("exec", "web", "ping", "-c1", "-W2", "data"))
          .contains("1 packets received");
      assertThat(docker.ok("exec", "web", "env")).doesNotContain("DATA_NAME");
      assertThat(docker.ok("inspect", "-f", "{{json .HostConfig.Links}}", "web")).isEqualTo("null");
      removeContainers();
    } finally {
      docker.run("network", "rm", "links-net");
    }
  }

  @Test
  void refusesWhatLeadsNowhere() {
    Result nothing = docker.run("create", "--link", "nothere:x", image);
    assertThat(nothing.err())
        .contains("could not get container for nothere: No such container: nothere");
    docker.ok("run", "-d", "--name", "onhost", "--network", "host", image, "top");
    assertThat(docker.run("create", "--link", "onhost:x", image).err())
        .contains("conflicting options: host type networking can't be used with links");
    assertThat(docker.run("rm", "--link", "onhost").err())
        .contains("Conflict, cannot remove the default link name of the container");
  }
}
