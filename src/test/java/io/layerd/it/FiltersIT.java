package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --filter} where it is easily mistaken; the answers are dockerd's. */
@ExtendWith(SharedEngine.class)
class FiltersIT {
  private final DockerCli docker;
  private final String image;

  FiltersIT(Engine engine) {
    docker = engine.docker();
    image = engine.busybox();
  }

  @AfterEach
  void remove() {
    String all =
        "docker ps -aq --filter name=it-q | xargs -r docker rm -f;"
            + "docker network ls -q --filter name=it-q | xargs -r docker network rm;"
            + "docker volume ls -q --filter name=it-q | xargs -r docker volume rm";
    docker.with("bash", "-c", all).run();
  }

  private List<String> ps(String... filters) {
    return list(new String[] {"ps", "-a", "--format", "{{.Names}}"}, filters);
  }

  private List<String> list(String[] command, String... filters) {
    List<String> words = new ArrayList<>(Arrays.asList(command));
    for (String filter : filters) {
      words.add("--filter");
      words.add(filter);
    }
    return docker.ok(words.toArray(String[]::new)).lines().toList();
  }

  private String id(String... inspect) {
    List<String> words = new ArrayList<>(Arrays.asList(inspect));
    words.addAll(1, List.of("-f", "{{.Id}}"));
    return docker.ok(words.toArray(String[]::new));
  }

  @Test
  void containersByWhatTheyHaveNow() {
    docker.ok("network", "create", "it-qnet");
    docker.ok("create", "--name", "it-q1", "--network", "it-qnet", "-p", "80", image, "true");
    docker.run("run", "--name", "it-q2", "--network", "none", image, "sh", "-c", "exit 3");
    docker.ok(
        "run",
        "-d",
        "--name",
        "it-q3",
        "--network",
        "it-qnet",
        "-p",
        "127.0.0.1::8080",
        "--expose",
        "7000-7001",
        image,
        "sleep",
        "1000");
    String host = docker.ok("port", "it-q3", "8080").replaceAll(".*:", "");
    String network = docker.ok("network", "inspect", "-f", "{{.Id}}", "it-qnet");
    String first = id("inspect", "it-q1");
    assertThat(ps("publish=" + host)).containsExactly("it-q3");
    assertThat(ps("publish=8080", "name=it-q")).isEmpty();
    assertThat(ps("publish=0", "name=it-q")).containsExactly("it-q3");
    assertThat(ps("expose=7000", "name=it-q")).containsExactly("it-q3");
    assertThat(ps("expose=80", "name=it-q")).isEmpty();
    assertThat(ps("network=" + network)).containsExactly("it-q3");
    assertThat(ps("network=" + network.substring(0, 12))).containsExactly("it-q3");
    assertThat(ps("network=it-qnet")).containsExactly("it-q3", "it-q1");
    assertThat(ps("network=it-qne")).isEmpty();
    assertThat(ps("id=" + first.substring(0, 20))).containsExactly("it-q1");
    assertThat(ps("id=" + first.substring(3, 20))).isEmpty();
    assertThat(ps("id=" + first, "name=it-q2")).isEmpty();
    String[] running = {"ps", "--format", "{{.Names}}"};
    assertThat(list(running, "name=it-q", "exited=3")).isEmpty();
    assertThat(list(running, "name=it-q", "since=it-q1")).containsExactly("it-q3");
    assertThat(list(running, "name=it-q", "status=exited")).containsExactly("it-q2");
  }

  @Test
  void namesAreRegularExpressions() {
    docker.ok("volume", "create", "it-q");
    docker.ok("volume", "create", "it-q-more");
    docker.ok("network", "create", "it-q");
    docker.ok("network", "create", "it-q-more");
    assertThat(list(new String[] {"volume", "ls", "-q"}, "name=^it-q$")).containsExactly("it-q");
    assertThat(list(new String[] {"network", "ls", "--format", "{{.Name}}"}, "name=^it-q$"))
        .containsExactly("it-q");
  }

  private void refused(String message, String... command) {
    assertThat(docker.run(command).exits(1).err())
        .contains("Error response from daemon: " + message);
  }

  @Test
  void badValuesAreRefusedInDockerdsWords() {
    refused("invalid filter\n", "images", "--filter", "=x");
    refused(
        "invalid filter 'all': strconv.ParseBool: parsing \"maybe\": invalid syntax",
        "volume",
        "prune",
        "-f",
        "--filter",
        "all=maybe");
    refused(
        "invalid filter 'all=[false true]': only one value is expected",
        "volume",
        "prune",
        "-f",
        "--filter",
        "all=true",
        "--filter",
        "all=false");
    refused(
        "invalid filter 'dangling=[false true]'",
        "volume",
        "ls",
        "--filter",
        "dangling=true",
        "--filter",
        "dangling=false");
    refused(
        "got more than one value for filter key \"dangling\"",
        "network",
        "ls",
        "--filter",
        "dangling=true",
        "--filter",
        "dangling=false");
    refused(
        "invalid filter 'stars=99999999999': strconv.Atoi: parsing \"99999999999\": value out of range",
        "search",
        "--filter",
        "stars=99999999999",
        "x");
    refused(
        "parsing time \"2099-13-01\": month out of range",
        "container",
        "prune",
        "-f",
        "--filter",
        "until=2099-13-01");
    refused(
        "failed to prune build cache: invalid filter 'foo'",
        "builder",
        "prune",
        "-f",
        "--filter",
        "foo=bar");
    refused(
        "failed to prune build cache: \"until\" filter expects a duration (e.g., '24h') or a"
            + " timestamp: failed to parse value as time or duration: \"foo\"",
        "builder",
        "prune",
        "-f",
        "--filter",
        "until=foo");
    docker.ok("events", "--since", "1s", "--until", "0s", "--filter", "foo=bar");
    assertThat(docker.ok("search", "--filter", "is-automated=true", "x").lines()).hasSize(1);
  }

  @Test
  void pruneOfEverythingAsksForTheBuildCacheToo() {
    docker.ok("create", "--name", "it-q4", "--label", "it-q=4", image, "true");
    assertThat(docker.ok("system", "prune", "-f", "--filter", "label=it-q=5")).contains("0B");
    assertThat(ps("name=it-q4")).containsExactly("it-q4");
    assertThat(docker.ok("system", "prune", "-f", "--filter", "label=it-q=4"))
        .contains("Deleted Containers")
        .contains("Total reclaimed space: 0B");
    assertThat(ps("name=it-q4")).isEmpty();
  }

  @Test
  void aPausedContainerIsRemovedByForce() {
    docker.ok("run", "-d", "--name", "it-q5", "--network", "none", image, "sleep", "1000");
    docker.ok("pause", "it-q5");
    docker.ok("rm", "-f", "it-q5");
    assertThat(ps("name=it-q5")).isEmpty();
    docker.ok("run", "-d", "--name", "it-q6", "--network", "none", image, "sleep", "1000");
    docker.ok("pause", "it-q6");
    docker.ok("kill", "it-q6");
    assertThat(docker.ok("wait", "it-q6")).isEqualTo("137");
  }
}
