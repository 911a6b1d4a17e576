package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is told of a build while it goes on and after it: titles, provenance, history. */
@ExtendWith(SharedEngine.class)
class BuildRecordsIT {
  private static final String DOCKERFILE =
      """
      ARG V
      FROM busybox:$V AS base
      ARG A=one
      ENV E=two
      RUN --mount=type=secret,id=s --mount=type=cache,target=/c echo $A "${E}" $UNDEF '$A' >/c/x
      COPY f /$A/${E}
      RUN <<EOF
      echo hi $A
      echo ho
      EOF
      run true
      """;

  private final KitClient client;

  BuildRecordsIT(Engine engine) throws IOException {
    client = KitClient.of(engine);
    client.file("f", "f");
  }

  @AfterEach
  void close() {
    client.docker().run("buildx", "prune", "-f");
    client.close();
  }

  @Test
  void titlesShowTheValues() throws IOException {
    String said = client.build(DOCKERFILE, "--build-arg", "V=latest").ok().err();
    assertThat(said)
        .contains("[internal] load metadata for docker.io/library/it-busybox:latest")
        .contains("[base 1/5] FROM docker.io/library/it-busybox:latest")
        .contains("echo one \"two\" $UNDEF '$A' >/c/x")
        .contains("[base 3/5] COPY f /one/two")
        .contains("[base 4/5] RUN <<EOF (echo hi $A...)", "[base 5/5] RUN true")
        .contains(
            "InvalidDefaultArgInFrom: Default value for ARG it-busybox:$V results in empty or invalid"
                + " base image name (line 2)");
    assertThat(client.build("FROM scratch\nCOPY f /\n").ok().err())
        .contains("[1/1] COPY f /")
        .doesNotContain("FROM scratch");
    assertThat(client.build("FROM busybox\nRUN false \"$PATH\"\n").exits(1).err())
        .contains("process \"/bin/sh -c false \\\"$PATH\\\"\" did not complete successfully");
    assertThat(client.build("FROM busybox AS bas\nRUN true\n", "--target", "bass").err())
        .contains("target stage \"bass\" could not be found (did you mean bas?)");
    assertThat(client.build("").exits(1).err()).contains("solve: the Dockerfile cannot be empty");
  }

  @Test
  void cacheMountsAreListedWithWhatUsedThem() throws IOException {
    client.build(DOCKERFILE, "--build-arg", "V=latest").ok();
    assertThat(client.docker().ok("buildx", "du", "--verbose"))
        .contains(
            "cached mount /c from exec /bin/sh -c echo $A \"${E}\" $UNDEF '$A' >/c/x with id \"//c\"")
        .contains("Type:         exec.cachemount", "Reclaimable:  true", "Mutable:      true");
    String[] stays = {"until=24h", "type=regular", "description=nothing"};
    for (String filter : stays) {
      client.docker().ok("buildx", "prune", "-f", "--filter", filter);
      assertThat(client.docker().ok("buildx", "du", "--verbose"))
          .as(filter)
          .contains("exec.cachemount");
    }
    client.docker().ok("buildx", "prune", "-f", "--reserved-space", "1gb");
    client.docker().ok("builder", "prune", "-f", "--keep-storage", "1gb");
    assertThat(client.docker().ok("buildx", "du", "--verbose", "--filter", "type=exec.cachemount"))
        .contains("exec.cachemount");
    assertThat(client.docker().ok("buildx", "du", "--verbose", "--filter", "type=regular"))
        .doesNotContain("exec.cachemount");
    client.docker().ok("buildx", "prune", "-f", "--filter", "type=exec.cachemount");
    assertThat(client.docker().ok("buildx", "du", "--verbose")).doesNotContain("exec.cachemount");
  }

  @Test
  void metadataHoldsTheProvenance() throws IOException {
    Path file = client.context().resolveSibling(client.context().getFileName() + ".json");
    try {
      client
          .build(
              DOCKERFILE,
              "--build-arg",
              "V=latest",
              "--label",
              "x=y",
              "--metadata-file",
              file.toString())
          .ok();
      JsonNode made = new ObjectMapper().readTree(file.toFile()).path("buildx.build.provenance");
      assertThat(made.path("buildType").asText()).isEqualTo("https://mobyproject.org/buildkit@v1");
      assertThat(made.at("/materials/0/uri").asText())
          .isEqualTo("pkg:docker/it-busybox@latest?platform=linux%2Famd64");
      assertThat(made.at("/materials/0/digest/sha256").asText()).hasSize(64);
      assertThat(made.at("/invocation/configSource/entryPoint").asText()).isEqualTo("Dockerfile");
      JsonNode asked = made.at("/invocation/parameters");
      assertThat(asked.path("frontend").asText()).isEqualTo("dockerfile.v0");
      assertThat(asked.path("args").toString())
          .isEqualTo("{\"build-arg:V\":\"latest\",\"label:x\":\"y\"}");
      assertThat(asked.path("secrets").toString()).isEqualTo("[{\"id\":\"s\",\"optional\":true}]");
      assertThat(StreamSupport.stream(asked.path("locals").spliterator(), false))
          .extracting(each -> each.path("name").asText())
          .containsExactly("context", "dockerfile");
    } finally {
      Command.of("rm", "-f", file.toString()).run();
    }
  }

  @Test
  void buildsAreRemembered() throws IOException {
    client.docker().ok("buildx", "history", "rm", "--all");
    client.build("FROM busybox\nRUN echo remembered\n").ok();
    client.build("FROM busybox\nRUN exit 3\n").exits(1);
    List<String> listed =
        client.docker().ok("buildx", "history", "ls", "--format", "{{.Status}}").lines().toList();
    assertThat(listed).containsExactly("Error", "Completed");
    assertThat(client.docker().run("buildx", "history", "logs", "^1").ok().err())
        .contains("[2/2] RUN echo remembered", " remembered");
    assertThat(client.docker().ok("buildx", "history", "inspect"))
        .contains("did not complete successfully: exit code: 3", "Dockerfile:");
    assertThat(client.docker().ok("buildx", "history", "inspect", "^1"))
        .contains("pkg:docker/it-busybox@latest", "https://slsa.dev/provenance/v0.2");
    client.docker().ok("buildx", "history", "rm", "--all");
    assertThat(client.docker().ok("buildx", "history", "ls").lines()).hasSize(1);
  }
}
