package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --cache-to} and {@code --cache-from}, with everything forgotten in between. */
@ExtendWith(SharedEngine.class)
class BuildCacheIT {
  private static final String DOCKERFILE =
      """
      FROM busybox AS made
      RUN echo made > /m && cat /proc/sys/kernel/random/uuid > /u
      FROM busybox
      COPY a /a
      ENV X=y
      RUN cat /proc/sys/kernel/random/uuid > /id
      COPY --from=made /m /m
      WORKDIR /w
      """;

  private final Engine engine;
  private @Nullable KitClient client;

  BuildCacheIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void prepare() throws IOException {
    client = KitClient.of(engine);
    client.file("a", "content");
  }

  @AfterEach
  void clear() {
    if (client != null) {
      client.close();
    }
  }

  private KitClient client() {
    return java.util.Objects.requireNonNull(client);
  }

  private static int cached(Result result) {
    return result.ok().err().split(" CACHED", -1).length - 1;
  }

  @Test
  void anImageCarriesItsCache() throws IOException {
    String name = engine.registry().ref("it-kit-inline");
    Result first = client().build(DOCKERFILE, "--cache-to", "type=inline", "-t", name, "--push");
    assertThat(first.ok().err()).contains("preparing layers for inline cache", "pushing manifest");
    String id = client().docker().ok("run", "--rm", name, "cat", "/id");
    client().forget();

    Result again = client().build(DOCKERFILE, "--cache-from", name, "-t", "it-kit");
    assertThat(again.ok().err()).contains("importing cache manifest from " + name);
    assertThat(cached(again)).isEqualTo(4); // all of the last stage that make files
    assertThat(client().run("cat", "/id", "/m")).isEqualTo(id + "\nmade");
    assertThat(client().docker().ok("inspect", "-f", "{{.Config.Env}}", "it-kit")).contains("X=y");

    client().forget();
    client().file("a", "changed");
    assertThat(cached(client().build(DOCKERFILE, "--cache-from", name, "-t", "it-kit"))).isZero();
    assertThat(client().run("cat", "/id")).isNotEqualTo(id);
  }

  @Test
  void aRegistryKeepsTheCacheOfTheResultOrOfAllStages() throws Exception {
    String min = engine.registry().ref("it-kit-min");
    String max = engine.registry().ref("it-kit-max:some");
    client()
        .build(
            DOCKERFILE,
            "-t",
            "it-kit",
            "--cache-to",
            "type=registry,ref=" + min,
            "--cache-to",
            "type=registry,mode=max,ref=" + max)
        .ok();
    String id = client().run("cat", "/id");
    String manifest =
        Command.of(
                "curl",
                "-sS",
                "-H",
                "Accept: application/vnd.oci.image.manifest.v1+json",
                "http://" + max.replace("/it-kit-max:some", "/v2/it-kit-max/manifests/some"))
            .run()
            .ok()
            .out();
    assertThat(new ObjectMapper().readTree(manifest).at("/config/mediaType").asText())
        .isEqualTo("application/vnd.buildkit.cacheconfig.v0");

    client().forget();
    Result least =
        client().build(DOCKERFILE, "--cache-from", "type=registry,ref=" + min, "-t", "it-kit");
    assertThat(cached(least)).isEqualTo(4);
    assertThat(client().run("cat", "/id")).isEqualTo(id);
    client().forget();
    Result all = client().build(DOCKERFILE, "--cache-from", max, "-t", "it-kit");
    assertThat(cached(all)).isEqualTo(5);
    assertThat(client().run("cat", "/id", "/m")).isEqualTo(id + "\nmade");
  }

  @Test
  void aDirectoryOfTheClientKeepsTheCache() throws IOException {
    java.nio.file.Path directory =
        client().context().resolveSibling(client().context().getFileName() + "-cache");
    String place = directory.toString();
    try {
      Result first =
          client()
              .build(DOCKERFILE, "-t", "it-kit", "--cache-to", "type=local,mode=max,dest=" + place);
      assertThat(first.ok().err())
          .contains("exporting cache to client directory", "writing cache image manifest");
      String id = client().run("cat", "/id");
      assertThat(directory.resolve("index.json")).content().contains("\"latest\"");
      client().forget();
      Result again =
          client().build(DOCKERFILE, "-t", "it-kit", "--cache-from", "type=local,src=" + place);
      assertThat(cached(again)).isEqualTo(5);
      assertThat(client().run("cat", "/id", "/m")).isEqualTo(id + "\nmade");

      client().forget();
      Command.sh("for f in " + place + "/blobs/sha256/*; do head -c 40 $f >$f.x; mv $f.x $f; done");
      Result broken =
          client().build(DOCKERFILE, "-t", "it-kit", "--cache-from", "type=local,src=" + place);
      assertThat(broken.ok().err()).contains("failed to configure local cache importer");
      assertThat(cached(broken)).isZero();
    } finally {
      Command.of("rm", "-rf", place).run().ok();
    }
  }

  @Test
  void someStagesMayDoWithoutTheCache() throws IOException {
    client().build(DOCKERFILE, "-t", "it-kit").ok();
    String[] filter = {"-t", "it-kit", "--no-cache-filter", "made"};
    assertThat(client().build(DOCKERFILE, filter).ok().err())
        .containsPattern("(?s)\\[stage-1 3/5] RUN cat .*CACHED")
        .doesNotContainPattern("\\[made 2/2] RUN [^\n]*\n#[0-9]+ CACHED");
    assertThat(cached(client().build(DOCKERFILE, "-t", "it-kit"))).isEqualTo(5);
  }

  @Test
  void whatCannotBeHadOrIsNotOfferedIsSaid() throws IOException {
    String none = engine.registry().ref("it-kit-none");
    Result without = client().build(DOCKERFILE, "-t", "it-kit", "--cache-from", none);
    assertThat(without.ok().err())
        .contains("failed to configure registry cache importer: " + none + ":latest: not found");
    assertThat(cached(without)).isZero();
    assertThat(client().build(DOCKERFILE, "--cache-to", "type=azblob,name=a").exits(1).err())
        .contains("layerd does not export caches of type azblob: use type=registry");
    assertThat(client().build(DOCKERFILE, "--cache-from", "type=azblob,name=a").ok().err())
        .contains("unknown cache importer: azblob");
    assertThat(
            client()
                .build(DOCKERFILE, "--cache-to", "type=registry,mode=most,ref=" + none)
                .exits(1)
                .err())
        .contains("unknown cache export mode: most");
    assertThat(
            client()
                .build(DOCKERFILE, "--cache-to", "type=registry,ref=127.0.0.1:1/nobody")
                .exits(1)
                .err())
        .contains("failed to export cache to 127.0.0.1:1/nobody");
  }

  @Test
  void imagesGoToRegistriesAndIntoArchives() throws IOException {
    String name = engine.registry().ref("it-kit-pushed");
    client().build(DOCKERFILE, "-o", "type=image,push=true,name=" + name).ok();
    String id = client().docker().ok("inspect", "-f", "{{.Id}}", name);
    client().forget();
    client().docker().ok("pull", "-q", name);
    assertThat(client().docker().ok("inspect", "-f", "{{.Id}}", name)).isEqualTo(id);

    String archive = client().context() + "-archive.tar";
    try {
      for (String type : new String[] {"docker", "oci"}) {
        client()
            .build(DOCKERFILE, "-t", "it-kit-" + type, "-o", "type=" + type + ",dest=" + archive)
            .ok();
        assertThat(client().docker().run("inspect", "it-kit-" + type).exit()).isEqualTo(1);
        assertThat(client().docker().ok("load", "-i", archive))
            .contains("it-kit-" + type + ":latest");
      }
    } finally {
      Command.of("rm", "-f", archive).run();
    }
    assertThat(client().build(DOCKERFILE, "-o", "type=image,push=true").exits(1).err())
        .contains("tag is needed when pushing to registry");
    assertThat(
            client()
                .build(DOCKERFILE, "-o", "type=image,name=it-kit,compression=zstd")
                .exits(1)
                .err())
        .contains("layerd compresses layers with gzip, not with zstd");
  }
}
