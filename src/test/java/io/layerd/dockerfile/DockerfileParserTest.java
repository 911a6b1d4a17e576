package io.layerd.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages are those of dockerd 28.5. */
class DockerfileParserTest {
  private static Dockerfile parse(String text) {
    return new DockerfileParser("Dockerfile").parse(text);
  }

  private static Instruction only(String line) {
    return parse("FROM x\n" + line).stages().getFirst().instructions().getFirst();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "FOO bar | unknown instruction: FOO (did you mean FROM?)",
        "FRON bar | unknown instruction: FRON (did you mean FROM?)",
        "BLAHBLAH | unknown instruction: BLAHBLAH",
        "EXPOSE | EXPOSE requires at least one argument",
        "COPY a | COPY requires at least two arguments, but only one was provided. Destination could not be determined",
        "COPY --foo=bar a b | unknown flag: --foo (did you mean from?)",
        "COPY --chown a b | missing a value on flag: --chown",
        "VOLUME | VOLUME requires at least one argument",
        "USER | USER requires exactly one argument",
        "WORKDIR | WORKDIR requires exactly one argument",
        "ONBUILD | ONBUILD requires at least one argument",
        "ONBUILD FROM x | FROM isn't allowed as an ONBUILD trigger",
        "ONBUILD MAINTAINER x | MAINTAINER isn't allowed as an ONBUILD trigger",
        "HEALTHCHECK NONE x | HEALTHCHECK NONE takes no arguments",
        "HEALTHCHECK --interval=1us CMD true | Interval \"interval\" cannot be less than 1ms",
        "HEALTHCHECK --retries=-1 CMD true | --retries cannot be negative (-1)",
        "HEALTHCHECK FOO true | Unknown type \"FOO\" in HEALTHCHECK (try CMD)",
        "SHELL sh -c | SHELL requires the arguments to be in JSON form",
        "SHELL [] | SHELL requires at least one argument",
        "MAINTAINER | MAINTAINER requires exactly one argument",
        "ARG | ARG requires at least one argument",
        "FROM busybox AS | FROM requires either one or three arguments",
        "FROM | FROM requires either one or three arguments",
        "FROM busybox AS 1x | invalid name for build stage: \"1x\", name can't start with a number or contain symbols",
        "FROM --foo=bar busybox | unknown flag: --foo",
        "RUN <<EOT | unterminated heredoc",
      })
  void refusesWithTheLine(String line, String message) {
    assertThatThrownBy(() -> parse("FROM x\n\n" + line + "\n"))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("dockerfile parse error on line 3: " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "FROM x\\nENV a | failed to parse Dockerfile: ENV must have two arguments",
        "FROM x\\nENV a=b c | failed to parse Dockerfile: Syntax error - can't find = in \"c\". Must be of the form: name=value",
        "# escape=x\\nFROM x | failed to parse Dockerfile: invalid escape token 'x' does not match ` or \\",
        "# escape=`` `\\n# escape=`` `\\nFROM x | failed to parse Dockerfile: only one escape parser directive can be used",
        "# only | failed to parse Dockerfile: file with no instructions",
        "RUN x | no build stage in current context",
      })
  void refusesTheWhole(String text, String message) {
    String lines = text.replace("`` `", "`").replace("\\n", "\n");
    assertThatThrownBy(() -> parse(lines)).hasMessage(message);
  }

  @Test
  void anEmptyFileIsNamed() {
    assertThatThrownBy(() -> parse(" \n\n"))
        .hasMessage("the Dockerfile (Dockerfile) cannot be empty");
  }

  @Test
  void continuedLinesAreOne() {
    Dockerfile file =
        parse("FROM x\nRUN echo a \\\n  # comment\n  && echo b \\  \n\n  && echo c\nUSER d");
    assertThat(file.stages().getFirst().instructions())
        .extracting(instruction -> instruction.source().text())
        .containsExactly("RUN echo a   && echo b   && echo c", "USER d");
    assertThat(file.stages().getFirst().instructions().getLast().source().line()).isEqualTo(7);
    assertThat(file.warnings())
        .containsExactly(
            "[WARNING]: Empty continuation line found in: RUN echo a   && echo b   && echo c");
  }

  @Test
  void aBacktickContinuesWhereTheFileSaysSo() {
    Instruction run =
        parse("# escape=`\nFROM x\nRUN echo a `\n && dir c:\\")
            .stages()
            .getFirst()
            .instructions()
            .getFirst();
    assertThat(run.source().text()).isEqualTo("RUN echo a  && dir c:\\");
  }

  @Test
  void twoEscapesDoNotContinue() {
    assertThat(parse("FROM x\nRUN a\\\\\nRUN b").stages().getFirst().instructions()).hasSize(2);
  }

  @Test
  void hereDocuments() {
    Instruction.Run run =
        (Instruction.Run) only("RUN <<EOT cat <<-'X'\necho $a\nEOT\n\tone\n\t\ttwo\n\tX\n");
    assertThat(run.source().hereDocs())
        .containsExactly(
            new HereDoc("EOT", true, "echo $a\n"), new HereDoc("X", false, "one\ntwo\n"));
    Instruction.Copy copy = (Instruction.Copy) only("COPY a <<F /d/\nhi\nF\n");
    assertThat(copy.sources()).containsExactly("a");
    assertThat(copy.inline()).containsExactly(new HereDoc("F", true, "hi\n"));
    assertThat(copy.destination()).isEqualTo("/d/");
    Instruction shift = only("RUN echo $((1<<2))");
    assertThat(shift.source().hereDocs()).isEmpty();
  }

  @Test
  void commandsAreArraysOrLines() {
    assertThat(((Instruction.Cmd) only("CMD [\"a\", \"b c\"]")).command())
        .isEqualTo(new Instruction.CommandLine(false, List.of("a", "b c")));
    assertThat(((Instruction.Cmd) only("CMD [\"a\" \"b\"]")).command())
        .isEqualTo(new Instruction.CommandLine(true, List.of("[\"a\" \"b\"]")));
  }

  @Test
  void copyWithEverything() {
    Instruction.Copy copy =
        (Instruction.Copy)
            only(
                "COPY --from=b --chown=a:b --chmod=755 --link --exclude=*.o --exclude=x"
                    + " --parents=false [\"a b\", \"c\"]");
    assertThat(copy.flags())
        .isEqualTo(
            new Instruction.CopyFlags(
                "b", "a:b", "755", "", List.of("*.o", "x"), true, false, false, null));
    assertThat(copy.sources()).containsExactly("a b");
    assertThat(copy.destination()).isEqualTo("c");
  }

  @Test
  void addMayUnpackOrNot() {
    assertThat(((Instruction.Copy) only("ADD --unpack a /b")).flags().unpack()).isTrue();
    assertThat(((Instruction.Copy) only("ADD --unpack=false a /b")).flags().unpack()).isFalse();
    assertThat(((Instruction.Copy) only("ADD a /b")).flags().unpack()).isNull();
  }

  @Test
  void whatIsShownKeepsItsQuotes() {
    Substitution values = new Substitution('\\', name -> name.equals("A") ? "one" : null);
    assertThat(values.shown("RUN echo \"$A\" '$A' ${A:-x} $B ${B} ${B:-x} \\$A", true))
        .isEqualTo("RUN echo \"one\" '$A' one $B ${B} ${B:-x} $A");
    assertThat(values.shown("COPY $B$A /x", false)).isEqualTo("COPY one /x");
    assertThat(values.shown("RUN echo ${A", true)).isEqualTo("RUN echo ${A");
  }

  @Test
  void stagesAndGlobalArguments() {
    Dockerfile file =
        parse("ARG v=1\nFROM --platform=linux/arm64 a:$v AS Base\nRUN x\nFROM base\nRUN y");
    assertThat(file.globalArgs()).hasSize(1);
    assertThat(file.stages()).extracting(stage -> stage.from().name()).containsExactly("base", "");
    assertThat(file.stages().getFirst().from().platform()).isEqualTo("linux/arm64");
    assertThat(file.steps()).isEqualTo(5);
  }

  @Test
  void triggersKeepTheirHereDocuments() {
    Instruction.OnBuild trigger = (Instruction.OnBuild) only("ONBUILD RUN <<E\na\nE\n");
    assertThat(trigger.trigger()).isEqualTo("RUN <<E\na\nE");
    assertThat(DockerfileParser.trigger(trigger.trigger()).source().hereDocs())
        .containsExactly(new HereDoc("E", true, "a\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0s",
    "1500000000,1.5s",
    "90000000000,1m30s",
    "3600000000000,1h0m0s",
    "2000000,2ms"
  })
  void durationsAsGoPrintsThem(long nanos, String text) {
    assertThat(GoDuration.text(nanos)).isEqualTo(text);
  }

  @Test
  void wordsAreCutAfterSubstitution() {
    Substitution words = new Substitution('\\', name -> name.equals("a") ? "x y" : null);
    assertThat(words.words("$a \"$a\" b\\ c ''")).containsExactly("x", "y", "x y", "b c", "");
    assertThat(words.document("'$a' \"\\$a\" \\n")).isEqualTo("'x y' \"$a\" \\n");
  }
}
