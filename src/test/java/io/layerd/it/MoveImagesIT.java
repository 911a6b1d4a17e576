package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Images that go out and come back: save, load, import, push. */
@ExtendWith(SharedEngine.class)
class MoveImagesIT {
  @TempDir Path directory;
  private final DockerCli docker;
  private final RegistryFixture registry;
  private final Http http;

  MoveImagesIT(Engine engine) {
    docker = engine.docker();
    registry = engine.registry();
    http = engine.http();
  }

  @AfterEach
  void removeImages() {
    docker
        .with(
            "bash",
            "-c",
            "docker images --format '{{.Repository}}:{{.Tag}}' | grep -E '^(%s/)?t-' | xargs -r docker rmi -f"
                .formatted(registry.host()))
        .run()
        .ok();
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }

  private Result shell(String script) {
    return docker.with("bash", "-o", "pipefail", "-c", script).run();
  }

  private String id(String name) {
    return docker.ok("inspect", "-f", "{{.Id}} {{.RootFS.Layers}} {{.Created}}", name);
  }

  @Test
  void whatIsSavedComesBackAsItWas() throws IOException {
    docker.ok("pull", "-q", registry.ref("odd"));
    docker.ok("tag", registry.ref("odd"), "t-odd:1");
    docker.ok("tag", registry.ref("odd"), "t-odd:2");
    docker.ok("tag", "it-busybox", "t-other");
    String odd = id("t-odd:1");
    String other = id("t-other");
    docker.ok("save", "-o", file("a.tar"), "t-odd", "t-other");
    docker.ok("save", "-o", file("b.tar"), "t-odd", "t-other");
    assertThat(Files.mismatch(directory.resolve("a.tar"), directory.resolve("b.tar")))
        .isEqualTo(-1);
    docker.ok("rmi", registry.ref("odd"), "t-odd:1", "t-odd:2", "t-other");
    assertThat(
            docker
                .ok("load", "-i", file("a.tar"))
                .lines()
                .filter(line -> line.startsWith("Loaded")))
        .containsExactly(
            "Loaded image: t-odd:1", "Loaded image: t-odd:2", "Loaded image: t-other:latest");
    assertThat(id("t-odd:2")).isEqualTo(odd);
    assertThat(id("t-other")).isEqualTo(other);
    docker.ok("save", "-o", file("c.tar"), "t-odd", "t-other");
    assertThat(Files.mismatch(directory.resolve("a.tar"), directory.resolve("c.tar")))
        .isEqualTo(-1);
    docker.ok("rmi", "t-odd:1", "t-odd:2");
    assertThat(shell("gzip -1 <" + file("a.tar") + " | docker load -q").ok().line())
        .contains("Loaded image: t-odd:1");
    assertThat(id("t-odd:1")).isEqualTo(odd);
    assertThat(docker.ok("run", "--rm", "t-odd:1", "readlink", "/odd/abs"))
        .isEqualTo("/etc/passwd");
  }

  @Test
  void unknownNamesAreNotSaved() {
    docker
        .run("save", "-o", file("x.tar"), "it-busybox", "t-nosuch")
        .exits(1)
        .says("No such image: t-nosuch");
    docker
        .run("save", "-o", file("x.tar"), "it-busybox:nosuch")
        .exits(1)
        .says("reference does not exist");
    docker
        .run("save", "--platform", "linux/arm64", "-o", file("x.tar"), "it-busybox")
        .exits(1)
        .says("no suitable export target found for platform linux/arm64");
  }

  @Test
  void aDamagedLayerIsNotSavedInSilence() throws IOException {
    String ref = registry.push("t-damaged", "latest", TestImages.fresh("damaged", 2_000_000));
    docker.ok("pull", "-q", ref);
    Path layer = Path.of(docker.ok("inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", ref));
    String victim = Command.sh("find " + layer + " -type f -size +1000k | head -1").strip();
    byte[] content = Files.readAllBytes(Path.of(victim));
    content[content.length / 2] ^= 1;
    Files.write(Path.of(victim), content);
    assertThat(shell("docker save " + ref + " >" + file("damaged.tar")).exit()).isNotZero();
  }

  @Test
  void hostileAndBrokenArchivesAreRefused() throws IOException {
    String script =
        """
        cd %1$s; mkdir -p in; echo x >in/evil; echo '[]' >in/manifest.json
        tar cf climbs.tar -C in --transform 's,evil,../../../../tmp/layerd-it-evil,' -P evil manifest.json
        docker save it-busybox >good.tar; head -c 1000000 good.tar >half.tar
        """
            .formatted(directory);
    shell(script).ok();
    docker
        .run("load", "-i", file("climbs.tar"))
        .exits(1)
        .says("invalid entry name \"../../../../tmp/layerd-it-evil\"");
    assertThat(Path.of("/tmp/layerd-it-evil")).doesNotExist();
    docker.run("load", "-i", file("half.tar")).exits(1).says("unexpected EOF");
    Files.writeString(directory.resolve("garbage"), "garbage".repeat(500));
    shell("docker load <" + file("garbage")).exits(1).says("archive/tar: invalid tar header");
    // a client that goes half-way leaves nothing, and the engine goes on
    shell("(cat %s; sleep 5) | timeout 2 docker load".formatted(file("half.tar")));
    docker.ok("inspect", "it-busybox");
  }

  @Test
  void anExportedFileSystemIsImported() {
    docker.ok("create", "--name", "t-export", "it-busybox");
    shell("docker export t-export >" + file("fs.tar")).ok();
    docker.ok("rm", "t-export");
    String id =
        docker.ok(
            "import",
            "-m",
            "by hand",
            "-c",
            "CMD [\"sh\",\"-c\",\"echo hello $WHO\"]",
            "-c",
            "ENV WHO=import",
            file("fs.tar"),
            "t-imported:1");
    assertThat(id).startsWith("sha256:");
    assertThat(docker.ok("run", "--rm", "t-imported:1")).isEqualTo("hello import");
    assertThat(docker.ok("history", "--format", "{{.Comment}}", "t-imported:1"))
        .isEqualTo("by hand");
    docker
        .run("import", "-c", "RUN x", file("fs.tar"))
        .exits(1)
        .says("RUN is not a valid change command");
    shell("echo nothing | docker import - t-imported:2").exits(1).says("unexpected EOF");
  }

  @Test
  void pushedImagesKeepTheirDigest() throws IOException {
    docker.ok("tag", "it-busybox", registry.ref("t-pushed") + ":1");
    List<String> said = docker.ok("push", registry.ref("t-pushed") + ":1").lines().toList();
    assertThat(said.getFirst())
        .isEqualTo("The push refers to repository [" + registry.ref("t-pushed") + "]");
    assertThat(said.getLast()).matches("1: digest: sha256:[0-9a-f]{64} size: [0-9]+");
    assertThat(said).anyMatch(line -> line.matches("[0-9a-f]{12}: Mounted from [a-z-]+"));
    String digest = said.getLast().split(" ")[2];
    assertThat(docker.ok("push", registry.ref("t-pushed") + ":1"))
        .contains(": Layer already exists")
        .endsWith(said.getLast());
    String id = id("it-busybox");
    docker.ok("rmi", registry.ref("t-pushed") + ":1");
    docker.ok("pull", "-q", registry.ref("t-pushed") + "@" + digest);
    assertThat(id(registry.ref("t-pushed") + "@" + digest)).isEqualTo(id);
    JsonNode there =
        TestImage.JSON.readTree(
            http.get("/distribution/" + registry.ref("t-pushed") + ":1/json").body());
    assertThat(there.path("Descriptor").path("digest").asText()).isEqualTo(digest);
    assertThat(there.path("Platforms").path(0).path("architecture").asText()).isEqualTo("amd64");
    docker.ok("rmi", registry.ref("t-pushed") + "@" + digest);
    docker
        .run("push", registry.ref("t-nothing"))
        .exits(1)
        .says("An image does not exist locally with the tag: " + registry.ref("t-nothing"));
  }

  @Test
  void newLayersAreSentAndCanBePulled() throws IOException {
    shell("head -c 3000000 /dev/urandom >%1$s/f; tar cf %1$s/t.tar -C %1$s f".formatted(directory))
        .ok();
    String name = registry.ref("t-sent") + ":1";
    String imported = docker.ok("import", file("t.tar"), name);
    assertThat(docker.ok("push", name)).contains(": Pushed");
    docker.ok("tag", name, registry.ref("t-sent") + ":2");
    docker.ok("push", "-a", registry.ref("t-sent"));
    docker.ok("rmi", name, registry.ref("t-sent") + ":2");
    docker.ok("pull", "-q", registry.ref("t-sent") + ":2");
    assertThat(docker.ok("inspect", "-f", "{{.Id}}", registry.ref("t-sent") + ":2"))
        .isEqualTo(imported);
  }

  @Test
  void diskUsageByType() throws IOException {
    JsonNode images = TestImage.JSON.readTree(http.get("/system/df?type=image").body());
    assertThat(images.path("Images").isArray()).isTrue();
    assertThat(images.path("Containers").isNull()).isTrue();
    assertThat(images.path("LayersSize").asLong()).isPositive();
    assertThat(http.get("/system/df?type=foo").status()).isEqualTo(400);
    assertThat(http.get("/images/search?term=x&limit=101").body())
        .contains("limit 101 is outside the range of [1, 100]");
  }
}
