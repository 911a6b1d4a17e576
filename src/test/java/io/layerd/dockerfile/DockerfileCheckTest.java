package io.layerd.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule finds its line, and nothing else does; compared with BuildKit of dockerd 28.5. */
class DockerfileCheckTest {
  private static List<String> found(String dockerfile) {
    return DockerfileCheck.of(new DockerfileParser("Dockerfile").parse(dockerfile)).stream()
        .map(each -> each.rule().label() + " " + each.line())
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FROM a AS B | StageNameCasing 1",
        "FROM a as b | FromAsCasing 1",
        "from a as b | ''",
        "FROM a AS scratch | ReservedStageName 1",
        "FROM a AS b;FROM c AS b | DuplicateStageName 2",
        "FROM --platform=linux/amd64 a | FromPlatformFlagConstDisallowed 1",
        "FROM --platform=linux/amd64 a AS with-amd64 | ''",
        "FROM --platform=$TARGETPLATFORM a | RedundantTargetPlatform 1",
        "FROM --platform=$BUILDPLATFORM a | ''",
        "ARG X;FROM $X | InvalidDefaultArgInFrom 2",
        "ARG X;FROM a:$X | InvalidDefaultArgInFrom 2",
        "ARG X;FROM a:${X:-b} | ''",
        "FROM a-$TARGETARCH | ''",
        "FROM reg.example.com:5000/a/b_c:1@sha256:"
            + "70882125c41a30e7e8a555ed360b220a58b7e26237d6fdb632fc3c23a62b842a | ''",
        "ARG X=a;FROM $X | ''",
        "FROM a;run x | ConsistentInstructionCasing 2",
        "FROM a;MAINTAINER me | MaintainerDeprecated 2",
        "FROM a;ENV API_KEY=1 PUBLIC_KEY=2 | SecretsUsedInArgOrEnv 2",
        "FROM a;ARG password | SecretsUsedInArgOrEnv 2",
        "FROM a;ENV a b | LegacyKeyValueFormat 2",
        "FROM a;LABEL a=b c=d | ''",
        "FROM a;WORKDIR b | WorkdirRelativePath 2",
        "FROM a AS x;WORKDIR /b;FROM x;WORKDIR c | ''",
        "FROM a;CMD b | JSONArgsRecommended 2",
        "FROM a;CMD [\"b\"] | ''",
        "FROM a;SHELL [\"s\"];ENTRYPOINT b | ''",
        "FROM a;CMD [\"b\"];CMD [\"c\"] | MultipleInstructionsDisallowed 2",
        "FROM a;EXPOSE 80/TCP | ExposeProtoCasing 2",
        "FROM a;EXPOSE 80/tcp | ''",
      })
  void rule(String dockerfile, String expected) {
    assertThat(found(dockerfile.replace(';', '\n')))
        .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected));
  }

  @Test
  void aVariableThatNothingSetsMakesNoName() {
    assertThat(found("FROM a:$X"))
        .containsExactly("InvalidDefaultArgInFrom 1", "UndefinedArgInFrom 1");
  }

  @Test
  void anEmptyLineInAnInstructionIsFoundAtItsEnd() {
    assertThat(found("FROM a\nRUN b \\\n\n  c\n")).containsExactly("NoEmptyContinuation 4");
  }

  @Test
  void pagesAreNamedAsTheRules() {
    assertThat(CheckRule.JSON_ARGS_RECOMMENDED.url())
        .isEqualTo("https://docs.docker.com/go/dockerfile/rule/json-args-recommended/");
  }
}
