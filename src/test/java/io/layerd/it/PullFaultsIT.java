package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Registries that refuse, lie, break off or are not there. */
@ExtendWith(SharedEngine.class)
class PullFaultsIT {
  private final Engine engine;
  private final DockerCli docker;

  PullFaultsIT(Engine engine) {
    this.engine = engine;
    docker = engine.docker();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    docker
        .with(
            "bash",
            "-c",
            "docker images --format '{{.Repository}}:{{.Tag}}' | grep /t-faults | xargs -r docker rmi -f")
        .run()
        .ok();
    DaemonFixture daemon = engine.daemon();
    if (daemon != null) {
      Wait.until("no staging file", () -> daemon.staging().isEmpty(), daemon::staging);
      Wait.until("no orphan", () -> daemon.orphans().isEmpty(), () -> daemon.orphans().toString());
    }
  }

  private Result refused(String ref, String message) {
    Result result = docker.run("pull", ref).exits(1);
    assertThat(result.err()).as(result.describe()).contains(message);
    return result;
  }

  @Test
  void registryThatIsNotThere() throws Exception {
    String host = "127.0.0.1:" + RegistryFixture.freePort();
    assertThat(refused(host + "/x", "Error response from daemon: ").err())
        .contains("http://" + host + "/v2/")
        .contains("connection refused");
    docker.run("run", "--rm", host + "/x").exits(125);
  }

  @Test
  void hostThatDoesNotResolve() {
    refused("no-such-host.invalid/x", "no-such-host.invalid");
  }

  @Test
  void missingRepositoryAndTag() {
    String host = engine.registry().host();
    refused(
        host + "/nosuch:latest",
        "manifest for " + host + "/nosuch:latest not found: manifest unknown: manifest unknown");
    refused(
        host + "/busybox:nosuch",
        "manifest for " + host + "/busybox:nosuch not found: manifest unknown: manifest unknown");
    Result run = docker.run("run", "--rm", host + "/busybox:nosuch", "true").exits(125);
    assertThat(run.err())
        .contains("Unable to find image '" + host + "/busybox:nosuch' locally")
        .contains("manifest unknown");
  }

  @Test
  void badReferences() {
    docker
        .run("pull", "lower/UPPER")
        .exits(1)
        .says("invalid reference format: repository name (lower/UPPER) must be lowercase");
    String digest = "sha256:" + "0".repeat(64);
    refused(engine.registry().ref("busybox") + "@" + digest, "manifest unknown");
  }

  @Test
  void refusedCredentials() {
    for (FakeRegistry.Login login : List.of(FakeRegistry.Login.BASIC, FakeRegistry.Login.BEARER)) {
      try (FakeRegistry registry = new FakeRegistry().require(login)) {
        String ref =
            registry.put(
                "t-faults/" + login.name().toLowerCase(java.util.Locale.ROOT),
                "latest",
                TestImages.fresh("login" + login, 1000));
        // Not through the CLI, which would ask for a name and password.
        Http.Answer anonymous =
            engine
                .http()
                .post(
                    "/v1.51/images/create?fromImage=" + ref.replace(":latest", "") + "&tag=latest",
                    "");
        assertThat(anonymous.status()).as(anonymous.body()).isIn(401, 500);
        assertThat(anonymous.body())
            .containsAnyOf("no basic auth credentials", "authentication required", "unauthorized");
        docker
            .command("login", "-u", "user", "--password-stdin", registry.host())
            .input("wrong")
            .run()
            .exits(1)
            .says("nauthorized");
        docker
            .command("login", "-u", "user", "--password-stdin", registry.host())
            .input("secret")
            .run()
            .ok()
            .says("Login Succeeded");
        docker.run("pull", ref).ok();
        docker.run("logout", registry.host()).ok();
      }
    }
  }

  @Test
  void corruptLayer() {
    TestImage image = TestImages.fresh("corrupt", 200_000);
    String last = image.layerDigests().getLast();
    byte[] bytes = image.blobs().get(last).clone();
    bytes[bytes.length / 2] ^= 0x55;
    try (FakeRegistry registry = new FakeRegistry()) {
      String ref = registry.put("t-faults/corrupt", "latest", image.serving(last, bytes));
      refused(ref, "filesystem layer verification failed for digest " + last);
      assertThat(docker.ok("images", "-q", ref)).isEmpty();
      registry.put("t-faults/corrupt", "latest", image);
      docker.run("pull", ref).ok();
      docker.run("run", "--rm", ref, "cat", "/salt").ok().says("corrupt");
    }
  }

  @Test
  void layerWithAnotherDiffId() {
    TestImage image = TestImages.fresh("diffid", 1000);
    TestImage other = TestImages.fresh("otherdiffid", 1000);
    TestLayer wrong = TestLayer.gzip(new TarBuilder().file("salt", 0644, "wrong"));
    TestLayer lying =
        new TestLayer(
            wrong.blob(), wrong.digest(), other.layerDigests().getFirst(), wrong.packing());
    assertThat(image.layerDigests()).isNotEmpty();
    try (FakeRegistry registry = new FakeRegistry()) {
      String ref =
          registry.put(
              "t-faults/diffid",
              "latest",
              TestImage.of(
                  TestImage.Form.DOCKER, Map.of(), List.of(TestImages.busyboxLayer(), lying)));
      refused(ref, "layers from manifest don't match image configuration");
    }
  }

  @Test
  void wrongManifestDigest() {
    TestImage image = TestImages.fresh("manifest", 1000);
    TestImage other = TestImages.fresh("othermanifest", 1000);
    TestImage lying =
        new TestImage(
            other.manifest(),
            other.mediaType(),
            image.digest(),
            Map.of(),
            other.blobs(),
            other.imageId());
    try (FakeRegistry registry = new FakeRegistry()) {
      registry.put("t-faults/manifest", "latest", lying);
      refused(
          registry.host() + "/t-faults/manifest@" + image.digest(),
          "manifest verification failed for digest " + image.digest());
    }
  }

  @Test
  void truncatedLayerResumes() {
    TestImage image = TestImages.fresh("cut", 3_000_000);
    try (FakeRegistry registry = new FakeRegistry().cut(1_000_000, 1)) {
      String ref = registry.put("t-faults/cut", "latest", image);
      docker.run("pull", ref).ok();
      assertThat(registry.requests())
          .anyMatch(request -> request.contains("bytes=") && !request.endsWith("bytes=0-"));
    }
  }

  @Test
  void layerThatIsNoArchive() {
    byte[] nonsense =
        "this is no archive, whatever the manifest says"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    TestLayer layer =
        new TestLayer(
            nonsense,
            TestLayer.sha256(nonsense),
            TestLayer.sha256(nonsense),
            TestLayer.Packing.GZIP);
    byte[] tar = new TarBuilder().file("a", 0644, new byte[5000]).bytes();
    TestLayer cut = TestLayer.of(Arrays.copyOf(tar, 2000), TestLayer.Packing.GZIP);
    try (FakeRegistry registry = new FakeRegistry()) {
      for (TestLayer bad : List.of(layer, cut)) {
        String ref =
            registry.put(
                "t-faults/bad",
                "latest",
                TestImage.of(
                    TestImage.Form.OCI, Map.of(), List.of(TestImages.busyboxLayer(), bad)));
        refused(ref, "failed to register layer");
      }
    }
  }

  @Test
  void hostileLayersStayInside() {
    String secret = "/tmp/layerd-it-escaped";
    List<TarBuilder> hostile =
        List.of(
            new TarBuilder().file("../../../../../../../.." + secret, 0644, "out"),
            new TarBuilder().symlink("way", "/tmp").file("way/layerd-it-escaped", 0644, "out"),
            new TarBuilder()
                .symlink("up", "../../../../../../../../../tmp")
                .file("up/layerd-it-escaped", 0644, "out"),
            new TarBuilder().hardLink("stolen", "../../../../../../../../etc/passwd"),
            new TarBuilder()
                .symlink("etcdir", "/")
                .file("etcdir/tmp/layerd-it-escaped", 0644, "out"));
    try (FakeRegistry registry = new FakeRegistry()) {
      for (int i = 0; i < hostile.size(); i++) {
        String ref =
            registry.put(
                "t-faults/hostile" + i,
                "latest",
                TestImage.of(
                    TestImage.Form.OCI,
                    Map.of(),
                    List.of(TestImages.busyboxLayer(), TestLayer.gzip(hostile.get(i)))));
        docker.run("pull", ref);
        assertThat(java.nio.file.Path.of(secret)).doesNotExist();
      }
    }
  }

  @Test
  void cancelledPullLeavesNothing() throws Exception {
    TestImage image = TestImages.fresh("cancel", 2_000_000);
    try (FakeRegistry registry = new FakeRegistry().slow(200_000)) {
      String ref = registry.put("t-faults/cancel", "latest", image);
      Command.Running pull = docker.command("pull", ref).start();
      Wait.until(
          "a blob request",
          () ->
              registry.requests().stream()
                  .anyMatch(r -> r.contains("/blobs/" + image.layerDigests().getLast())));
      pull.process().destroy();
      pull.await(Duration.ofSeconds(10));
      nothingIsLeftBehind();
      assertThat(docker.ok("images", "-q", ref)).isEmpty();
      registry.slow(Integer.MAX_VALUE);
      docker.run("pull", ref).ok();
    }
  }

  @Test
  void twoPullsShareOneTransfer() {
    TestImage image = TestImages.fresh("share", 1_500_000);
    try (FakeRegistry registry = new FakeRegistry().slow(500_000)) {
      String ref = registry.put("t-faults/share", "latest", image);
      Command.Running first = docker.command("pull", ref).start();
      Command.Running second = docker.command("pull", ref).start();
      first.await(Duration.ofSeconds(60)).ok();
      second.await(Duration.ofSeconds(60)).ok();
      assertThat(
              registry.requests().stream()
                  .filter(
                      r ->
                          r.equals(
                              "GET /v2/t-faults/share/blobs/" + image.layerDigests().getLast())))
          .hasSize(1);
    }
  }
}
