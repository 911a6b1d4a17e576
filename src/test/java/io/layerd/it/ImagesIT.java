package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pull and the image commands, word for word as with dockerd. */
@ExtendWith(SharedEngine.class)
class ImagesIT {
  private final DockerCli docker;
  private final RegistryFixture registry;

  ImagesIT(Engine engine) {
    docker = engine.docker();
    registry = engine.registry();
  }

  @AfterEach
  void removeImages() {
    docker
        .with(
            "bash",
            "-c",
            "docker images --format '{{.Repository}}:{{.Tag}}' '%s/t-*' | xargs -r docker rmi -f"
                .formatted(registry.host()))
        .run()
        .ok();
  }

  @Test
  void pullSaysWhatDockerdSays() {
    TestImage image = TestImages.fresh("says", 300_000);
    String ref = registry.push("t-says", "latest", image);
    String untagged = registry.ref("t-says");
    String first = docker.run("pull", untagged).ok().out();
    assertThat(first.lines().filter(line -> !line.matches("[0-9a-f]{12}: .*")))
        .containsExactly(
            "Using default tag: latest",
            "latest: Pulling from t-says",
            "Digest: " + image.digest(),
            "Status: Downloaded newer image for " + ref,
            ref);
    for (String layer : image.layerDigests().subList(1, 3)) {
      String id = layer.substring(7, 19);
      assertThat(first)
          .contains(
              id + ": Pulling fs layer",
              id + ": Verifying Checksum",
              id + ": Download complete",
              id + ": Pull complete");
    }
    assertThat(first)
        .contains(image.layerDigests().getFirst().substring(7, 19) + ": Already exists");
    assertThat(docker.run("pull", ref).ok().out().lines())
        .containsExactly(
            "latest: Pulling from t-says",
            "Digest: " + image.digest(),
            "Status: Image is up to date for " + ref,
            ref);
    assertThat(docker.ok("pull", "-q", ref)).isEqualTo(ref);
  }

  @Test
  void pullByDigest() {
    TestImage image = TestImages.fresh("digest", 1000);
    registry.push("t-digest", "v1", image);
    String ref = registry.ref("t-digest") + "@" + image.digest();
    String out = docker.run("pull", ref).ok().out();
    assertThat(out)
        .contains(registry.host() + "/t-digest@" + image.digest() + ": Pulling from t-digest\n")
        .contains("Digest: " + image.digest())
        .contains("Status: Downloaded newer image for " + ref);
    assertThat(docker.ok("inspect", "-f", "{{.Id}} {{.RepoDigests}}", ref))
        .isEqualTo(image.imageId() + " [" + ref + "]");
    docker.ok("rmi", ref);
  }

  @Test
  void indexAndManifestListGiveThisPlatform() {
    for (String name : new String[] {"multi", "list"}) {
      String ref = registry.ref(name);
      docker.ok("pull", "-q", ref);
      assertThat(docker.ok("run", "--rm", ref)).isEqualTo("amd64");
      docker.ok("pull", "-q", "--platform", "linux/arm64", ref);
      assertThat(docker.ok("inspect", "-f", "{{.Architecture}}", ref)).isEqualTo("arm64");
      docker
          .run("pull", "--platform", "linux/s390x", ref)
          .exits(1)
          .says("no matching manifest for linux/s390x in the manifest list entries");
      docker.ok("rmi", ref);
    }
  }

  @Test
  void listTagHistoryInspectRemove() {
    TestImage image = TestImages.fresh("list", 2000);
    String ref = registry.push("t-list", "1", image);
    docker.ok("pull", "-q", ref);
    String id = image.imageId();
    assertThat(docker.ok("images", "-q", "--no-trunc", ref)).isEqualTo(id);
    assertThat(
            docker.ok(
                "images",
                "--digests",
                "--format",
                "{{.Tag}} {{.Digest}} {{.ID}}",
                registry.ref("t-list")))
        .isEqualTo("1 " + image.digest() + " " + id.substring(7, 19));
    docker.ok("tag", ref, registry.ref("t-list") + ":2");
    assertThat(
            docker.ok(
                "inspect",
                "-f",
                "{{len .RepoTags}} {{.Os}} {{len .RootFS.Layers}} {{.GraphDriver.Name}}",
                id))
        .isEqualTo("2 linux 3 overlay2");
    assertThat(docker.ok("history", "--no-trunc", "--format", "{{.CreatedBy}}", ref).lines())
        .containsExactly("layer 2", "layer 1", "layer 0");
    assertThat(docker.ok("history", "--format", "{{.ID}} {{.Size}}", ref).lines().toList())
        .startsWith(id.substring(7, 19) + " 2kB", "<missing> 4B");
    docker.run("rmi", id).exits(1).says("image is referenced in multiple repositories");
    assertThat(docker.ok("rmi", registry.ref("t-list") + ":2"))
        .isEqualTo("Untagged: " + registry.ref("t-list") + ":2");
    String removed = docker.ok("rmi", ref);
    assertThat(removed)
        .startsWith(
            "Untagged: "
                + ref
                + "\nUntagged: "
                + registry.ref("t-list")
                + "@"
                + image.digest()
                + "\nDeleted: "
                + id);
    assertThat(removed.lines().filter(line -> line.startsWith("Deleted: "))).hasSize(3);
    docker.run("rmi", ref).exits(1).says("No such image: " + ref);
  }

  @Test
  void imageInUseIsKept() {
    TestImage image = TestImages.fresh("used", 10);
    String ref = registry.push("t-used", "latest", image);
    String id = docker.ok("run", "-d", "--name", "img-used", ref, "true");
    docker.ok("wait", id);
    docker
        .run("rmi", ref)
        .exits(1)
        .says(
            "conflict: unable to remove repository reference \""
                + ref
                + "\" (must force) - container "
                + id.substring(0, 12)
                + " is using its referenced image "
                + image.imageId().substring(7, 19));
    docker.ok("rmi", "-f", ref);
    docker.ok("rm", "img-used");
    docker.run("rmi", image.imageId());
  }

  @Test
  void pruneTakesOnlyDangling() {
    String first = registry.push("t-prune", "latest", TestImages.fresh("prune1", 10));
    docker.ok("pull", "-q", first);
    registry.push("t-prune", "latest", TestImages.fresh("prune2", 10));
    docker.ok("pull", "-q", first);
    assertThat(docker.ok("images", "-q", "--filter", "dangling=true")).isNotEmpty();
    assertThat(docker.ok("image", "prune", "-f"))
        .contains("Deleted Images:")
        .contains("Total reclaimed space:");
    assertThat(docker.ok("images", "-q", first)).isNotEmpty();
  }

  @Test
  void oddFilesArriveIntact() {
    String ref = registry.ref("odd");
    docker.ok("pull", "-q", ref);
    String script =
        """
        cd /odd; stat -c '%A %u:%g %F' setuid sticky bigid chr blk fifo emptydir empty
        stat -c '%t:%T' chr blk; for l in abs rel dangling; do readlink $l; done; stat -c %h first
        [ "$(stat -c %i first)" = "$(stat -c %i second)" ] && echo same
        ls | grep -c .; echo latin1-* | od -An -tx1 | xargs; echo * | grep -c 'файл'
        cat "with space"; echo; cat "$(printf 'new\\nline')"; echo; ls | awk 'length($0)==180' | wc -l
        cd /tree; ls | cut -c1-10 | xargs; ls opaque | xargs; cat nnn*/nnn*; echo; stat -c %F file2dir dir2file dir2link
        cat file2dir/inside implied/parent; echo; stat -c %a implied; ls /small | wc -l; stat -c %s /big.rnd
        """;
    assertThat(docker.ok("run", "--rm", ref, "sh", "-c", script).lines())
        .containsExactly(
            "-rwsr-sr-x 0:0 regular file",
            "drwxrwsrwt 0:0 directory",
            "---------- 4000000:3000000 regular file",
            "crw-rw---- 0:0 character special file",
            "brw-rw---- 0:0 block special file",
            "prw-r--r-- 0:0 fifo",
            "drwx------ 0:0 directory",
            "-rw-r--r-- 0:0 regular empty file",
            "1:3",
            "7:0",
            "/etc/passwd",
            "../etc/group",
            "nowhere",
            "2",
            "same",
            "20",
            "6c 61 74 69 6e 31 2d e4 f6 0a",
            "1",
            "s",
            "n",
            "1",
            "dir2file dir2link file2dir implied nnnnnnnnnn opaque",
            "new",
            "deep",
            "directory",
            "regular file",
            "symbolic link",
            "inmade",
            "755",
            "2000",
            "8388608");
    String upper =
        docker.ok(
            "inspect", "-f", "{{.GraphDriver.Data.LowerDir}}:{{.GraphDriver.Data.UpperDir}}", ref);
    assertThat(upper.split(":")).hasSize(6);
    docker.ok("rmi", ref);
  }

  @Test
  void debianOfManyLayersRuns() {
    Path packages = Path.of(System.getProperty("layerd.it.packages", "target/debian-packages"));
    TestImage image = TestImages.debian(packages);
    String ref = registry.push("t-debian", "latest", image);
    String out = docker.run("pull", ref).ok().out();
    assertThat(out.lines().filter(line -> line.endsWith(": Pull complete"))).hasSizeGreaterThan(10);
    // Three are fetched at a time.
    assertThat(out.lines().filter(line -> line.endsWith(": Waiting"))).hasSizeGreaterThan(5);
    assertThat(
            docker.ok(
                "run",
                "--rm",
                ref,
                "bash",
                "-c",
                "echo $BASH_VERSION; ls -l /bin/bash | wc -l; cat /etc/debian_version"))
        .matches("(?s)5\\..*\n1\n[0-9a-z./]+");
  }
}
