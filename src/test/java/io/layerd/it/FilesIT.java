package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker cp}, {@code diff} and {@code export}. */
@ExtendWith(SharedEngine.class)
class FilesIT {
  private final DockerCli docker;
  private final String image;

  @TempDir private Path host = Path.of("");

  FilesIT(Engine engine) {
    docker = engine.docker();
    image = engine.busybox();
  }

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(host.resolve("src/sub"));
    Files.writeString(host.resolve("src/a"), "hello\n");
    Files.writeString(host.resolve("src/sub/b"), "b\n");
    Files.createSymbolicLink(host.resolve("src/link"), Path.of("a"));
    Files.createDirectories(host.resolve("bind"));
    Files.writeString(host.resolve("secret"), "secret\n");
  }

  @AfterEach
  void remove() {
    docker.with("bash", "-c", "docker ps -aq --filter name=it-f | xargs -r docker rm -f -v").run();
  }

  private void start(String name, String script, String... options) {
    java.util.List<String> words = new java.util.ArrayList<>();
    words.addAll(java.util.List.of("run", "-d", "--network", "none", "--name", name));
    words.addAll(java.util.List.of(options));
    words.addAll(
        java.util.List.of(image, "sh", "-c", script + "; touch /tmp/ready; exec sleep 1000"));
    docker.ok(words.toArray(String[]::new));
    docker.ok("exec", name, "sh", "-c", "until [ -e /tmp/ready ]; do sleep 0.05; done");
  }

  private Result in(String name, String script) {
    return docker.run("exec", name, "sh", "-c", script);
  }

  @Test
  void copiesInAndOutAsTheClientMeansThem() throws IOException {
    start("it-f1", "mkdir -p /d/e; ln -s /d /ld; ln -s ../../../../etc /up");
    docker.ok("cp", host + "/src", "it-f1:/d");
    docker.ok("cp", host + "/src/.", "it-f1:/d/e");
    docker.ok("cp", host + "/src/a", "it-f1:/ld/renamed");
    docker.ok("cp", host + "/src/a", "it-f1:/up/through");
    in("it-f1", "cd /d; find . | sort; cat renamed /etc/through; readlink e/link")
        .ok()
        .says(
            """
            .
            ./e
            ./e/a
            ./e/link
            ./e/sub
            ./e/sub/b
            ./renamed
            ./src
            ./src/a
            ./src/link
            ./src/sub
            ./src/sub/b
            hello
            hello
            a
            """);
    Path out = Files.createDirectory(host.resolve("out"));
    docker.ok("cp", "it-f1:/d/src", out.toString());
    docker.ok("cp", "it-f1:/ld", out.toString());
    docker.ok("cp", "-L", "it-f1:/ld/e/link", out + "/followed");
    assertThat(out.resolve("src/sub/b")).hasContent("b\n");
    assertThat(Files.readSymbolicLink(out.resolve("ld"))).isEqualTo(Path.of("/d"));
    assertThat(out.resolve("followed")).hasContent("hello\n").isRegularFile();
    docker
        .run("cp", "it-f1:/nope", out.toString())
        .exits(1)
        .says("Could not find the file /nope in container it-f1");
  }

  @Test
  void reachesVolumesOfStoppedContainersAndRespectsReadOnly() {
    docker.ok(
        "create",
        "--network",
        "none",
        "--name",
        "it-f2",
        "--read-only",
        "-v",
        "/volume",
        "-v",
        host + "/bind:/made/here",
        "-v",
        host + "/bind:/ro:ro",
        image);
    docker.ok("cp", host + "/src/a", "it-f2:/volume/a");
    docker.ok("cp", host + "/src/a", "it-f2:/made/here/");
    assertThat(host.resolve("bind/a")).hasContent("hello\n");
    docker.ok("cp", "it-f2:/ro/a", host + "/back");
    assertThat(host.resolve("back")).hasContent("hello\n");
    docker
        .run("cp", host + "/src/a", "it-f2:/ro/")
        .exits(1)
        .says("mounted volume is marked read-only");
    docker
        .run("cp", host + "/src/a", "it-f2:/etc/")
        .exits(1)
        .says("container rootfs is marked read-only");
    docker.run("diff", "it-f2").ok().says("A /made/here").says("A /volume");
  }

  @Test
  void tarsGoThroughAndBigOnesAreStreamed() throws IOException {
    start("it-f3", "head -c 300000000 /dev/zero > /big");
    docker.with("bash", "-c", "tar c -C " + host + "/src . | docker cp - it-f3:/tmp").run().ok();
    in("it-f3", "cat /tmp/sub/b").ok().says("b");
    docker
        .with("bash", "-c", "docker cp it-f3:/big - | docker cp - it-f3:/tmp && echo done")
        .run()
        .ok()
        .says("done");
    in("it-f3", "cmp /big /tmp/big && stat -c %s /tmp/big").ok().says("300000000");
    docker.with("bash", "-c", "head -c 1000 /dev/urandom | docker cp - it-f3:/tmp").run().exits(1);
  }

  @Test
  void nothingOutsideTheContainerIsReached() throws IOException {
    String target = host.toString();
    start("it-f4", "ln -s " + target + " /abs; ln -s ../../../../../../.." + target + " /rel");
    for (String link : new String[] {"/abs", "/rel"}) {
      docker.run("cp", host + "/src/a", "it-f4:" + link + "/secret").exits(1);
      docker.run("cp", "it-f4:" + link + "/secret", host + "/stolen").exits(1);
    }
    docker
        .with(
            "bash",
            "-c",
            "cd "
                + target
                + " && ln -s "
                + target
                + " evil && tar cf t.tar evil && tar rf t.tar --transform 's,^src/a,evil/secret,'"
                + " src/a && docker cp - it-f4:/tmp < t.tar")
        .run();
    docker
        .with(
            "bash",
            "-c",
            "cd "
                + target
                + " && tar cPf u.tar --transform 's,^src/a,../../../.."
                + target
                + "/secret,' src/a && docker cp - it-f4:/tmp < u.tar")
        .run()
        .exits(1)
        .says("invalid entry name");
    assertThat(host.resolve("secret")).hasContent("secret\n");
    assertThat(host.resolve("stolen")).doesNotExist();
  }

  @Test
  void linksSwappedWhileCopyingLeadNowhere() throws IOException {
    // a directory that is a link to the host's files every other moment
    start(
        "it-f5",
        "mkdir /real; ln -s "
            + host
            + " /evil; ln -s /real /s; (while :; do ln -sfn /evil /s; ln -sfn /real /s;"
            + " mv /real /r2; ln -s "
            + host
            + " /real; rm /real; mv /r2 /real; done) >/dev/null 2>&1 & true");
    for (int i = 0; i < 40; i++) {
      docker.run("cp", host + "/src/a", "it-f5:/s/secret");
      docker.run("cp", "it-f5:/s/secret", host + "/got");
    }
    assertThat(host.resolve("secret")).hasContent("secret\n");
    if (Files.exists(host.resolve("got"))) {
      assertThat(host.resolve("got")).hasContent("hello\n");
    }
  }

  @Test
  void diffTellsKindsAndExportHasAll() throws IOException {
    start(
        "it-f6",
        "mkdir -p /new/sub; echo x > /new/sub/f; ln /new/sub/f /new/hard; mknod /new/dev c 1 3;"
            + " ln -s f /new/soft; rm /etc/passwd; mkfifo /new/fifo");
    String diff = docker.ok("diff", "it-f6");
    assertThat(diff.lines())
        .contains("A /new", "A /new/sub", "A /new/sub/f", "C /etc", "D /etc/passwd", "C /tmp");
    docker.ok("kill", "it-f6");
    docker.ok("export", "-o", host + "/x.tar", "it-f6");
    String listing =
        docker.with("tar", "tvf", host + "/x.tar").run().ok().out().replaceAll(" +", " ");
    assertThat(listing)
        .contains("new/hard", "new/sub/f link to new/hard", "1,3", "new/soft -> f")
        .doesNotContain("etc/passwd");
    assertThat(listing.lines()).anyMatch(line -> line.startsWith("p") && line.endsWith("new/fifo"));
    docker.ok("create", "--network", "none", "--name", "it-f7", image);
    assertThat(docker.ok("diff", "it-f7")).isEmpty();
  }

  private String size(String name) {
    String listed = docker.ok("ps", "-as", "--filter", "name=" + name, "--format", "{{.Size}}");
    String inspected = docker.ok("inspect", "-s", "-f", "{{.SizeRw}}", name);
    assertThat(listed).startsWith(inspected + "B ");
    String df = "{{range .Containers}}{{.Names}}={{.Size}} {{end}}";
    assertThat(docker.ok("system", "df", "-v", "--format", df)).contains(name + "=" + inspected);
    return inspected;
  }

  @Test
  void sizesFollowEveryWayToWrite() throws IOException {
    docker.ok("create", "--network", "none", "--name", "it-f9", image, "sh", "-c", "sleep 1000");
    assertThat(size("it-f9")).isEqualTo("0");
    assertThat(size("it-f9")).isEqualTo("0");
    docker.ok("cp", host + "/src/a", "it-f9:/a");
    assertThat(size("it-f9")).isEqualTo("6");
    docker.ok("start", "it-f9");
    docker.ok("exec", "it-f9", "sh", "-c", "echo >>/a");
    assertThat(size("it-f9")).isEqualTo("7");
    docker.ok("exec", "it-f9", "sh", "-c", "echo >>/a");
    assertThat(size("it-f9")).isEqualTo("8");
    docker.ok("kill", "it-f9");
    docker.ok("wait", "it-f9");
    assertThat(size("it-f9")).isEqualTo("8");
    docker.ok("commit", "it-f9", "it-f9");
    docker.ok("rmi", "it-f9");
    docker.ok("cp", host + "/secret", "it-f9:/a");
    assertThat(size("it-f9")).isEqualTo("7");
  }
}
