package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What buildx asks of a Dockerfile without building it, and additional contexts. */
@ExtendWith(SharedEngine.class)
class BuildCallsIT {
  private static final String DOCKERFILE =
      """
      ARG BASE=busybox
      FROM $BASE as First
      ARG TOKEN=x
      WORKDIR rel
      RUN --mount=type=secret,id=s,required=true --mount=type=ssh true
      FROM scratch AS last
      COPY --from=First / /
      CMD echo a
      """;

  private final Engine engine;
  private final KitClient client;

  BuildCallsIT(Engine engine) throws IOException {
    this.engine = engine;
    client = KitClient.of(engine);
  }

  @AfterEach
  void clear() {
    client.close();
  }

  private Result call(String call, String dockerfile, String... flags) throws IOException {
    client.file("Dockerfile", dockerfile);
    String[] words = new String[flags.length + 4];
    words[0] = "buildx";
    words[1] = "build";
    words[2] = "--call=" + call;
    System.arraycopy(flags, 0, words, 3, flags.length);
    words[words.length - 1] = client.context().toString();
    return client.docker().run(words);
  }

  @Test
  void aBuildWarnsOfTheSame() throws IOException {
    String text = "FROM busybox AS left\nCMD a\nFROM busybox\nLABEL a=$NOPE b=${PAT}\nCMD echo\n";
    Result built = client.build(text).ok();
    assertThat(built.err())
        .contains("3 warnings found (use docker --debug to expand)")
        .contains("UndefinedVar: Usage of undefined variable '$NOPE' (line 4)")
        .contains("Usage of undefined variable '$PAT' (did you mean $PATH?) (line 4)")
        .contains("JSONArgsRecommended: JSON arguments recommended for CMD")
        .doesNotContain("(line 2)");
    assertThat(client.build("# check=skip=all\n" + text).ok().err()).doesNotContain("found");
    assertThat(client.build("# check=error=true\n" + text).exits(1).err())
        .contains("lint violation found for rules: JSONArgsRecommended");
    String[] error = {"--build-arg", "BUILDKIT_DOCKERFILE_CHECK=error=true"};
    assertThat(client.build("FROM busybox\nLABEL a=$NOPE\n", error).exits(1).err())
        .contains("lint violation found for rules: UndefinedVar");
  }

  @Test
  void checkSaysWhatShouldBeWrittenOtherwise() throws IOException {
    Result found = call("check", DOCKERFILE).exits(1);
    assertThat(found.out())
        .contains("Check complete, 5 warnings have been found!")
        .contains(
            "WARNING: StageNameCasing - https://docs.docker.com/go/dockerfile/rule/stage-name-casing/")
        .contains("'as' and 'FROM' keywords' casing do not match", ">>> FROM $BASE as First")
        .contains("Do not use ARG or ENV instructions for sensitive data (ARG \"TOKEN\")")
        .contains("Relative workdir \"rel\"", "JSON arguments recommended for CMD");
    assertThat(call("check", "# check=skip=all\n" + DOCKERFILE).ok().out())
        .contains("no warnings found");
    assertThat(call("check", "FROM busybox\nBOGUS\n").exits(1).err() + found.err())
        .contains(">>> BOGUS", "unknown instruction: BOGUS");
    assertThat(client.docker().ok("ps", "-aq")).isEmpty();
  }

  @Test
  void outlineAndTargetsAreTold() throws IOException {
    JsonNode outline =
        new ObjectMapper().readTree(call("outline,format=json", DOCKERFILE).ok().out());
    assertThat(outline.path("name").asText()).isEqualTo("last");
    assertThat(outline.path("args").findValuesAsText("name")).containsExactly("BASE", "TOKEN");
    assertThat(outline.at("/secrets/0/name").asText()).isEqualTo("s");
    assertThat(outline.at("/secrets/0/required").asBoolean()).isTrue();
    assertThat(outline.at("/ssh/0/name").asText()).isEqualTo("default");
    assertThat(call("outline", DOCKERFILE, "--target", "first").ok().out())
        .contains("TARGET: first", "TOKEN");
    assertThat(call("targets", DOCKERFILE).ok().out()).contains("first", "last (default)");
    assertThat(call("bogus", DOCKERFILE).exits(1).err())
        .contains("unsupported request frontend.bogus");
  }

  @Test
  void namesMayStandForOtherContexts() throws IOException {
    Path extra = engine.directory();
    try {
      Files.writeString(extra.resolve("f"), "from elsewhere");
      Files.writeString(extra.resolve("left.log"), "");
      Files.writeString(extra.resolve(".dockerignore"), "*.log\n");
      Result built =
          client.build(
              """
              FROM extra AS files
              FROM nowhere.example/base AS base
              FROM base AS replaced
              RUN exit 4
              FROM base
              RUN --mount=from=extra,target=/x cat /x/f && ls -A /x
              COPY --from=extra f /copied
              COPY --from=files /f /staged
              COPY --from=replaced /bin/busybox /b
              """,
              "-t",
              "it-kit",
              "--build-context",
              "extra=" + extra,
              "--build-context",
              "nowhere.example/base=docker-image://" + engine.busybox(),
              "--build-context",
              "replaced=docker-image://" + engine.busybox());
      assertThat(built.ok().err())
          .contains("[context extra] load from client", " from elsewhere")
          .doesNotContain("left.log");
      assertThat(client.run("cat", "/copied", "/staged")).isEqualTo("from elsewherefrom elsewhere");
    } finally {
      Command.of("rm", "-rf", extra.toString()).run();
    }
  }
}
