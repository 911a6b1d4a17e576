package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The manual page and the completion script, made from the command line, and who installs them. */
class ShippedTextsTest {
  @TempDir Path directory;

  @Test
  void theManualNamesEveryOptionAndCommand() {
    CommandLine line = CommandLineParser.commandLine(new DaemonFlags());
    String page = ManPage.of(line);
    for (OptionSpec option : line.getCommandSpec().options()) {
      for (String name : option.names()) {
        assertThat(page).contains("\\fB" + name.replace("-", "\\-") + "\\fR");
      }
    }
    assertThat(line.getSubcommands().keySet())
        .contains("doctor", "completion", "manpage")
        .allSatisfy(name -> assertThat(page).contains(".SS layerd " + name));
    assertThat(page)
        .contains(".TP\n\\fB\\-D\\fR, \\fB\\-\\-debug\\fR[=\\fIbool\\fR]\nEnable debug mode\n")
        .contains(".TP\n\\fB\\-\\-mtu\\fR \\fIint\\fR\nSet the MTU")
        .contains("\\fB\\-\\-format\\fR")
        .doesNotContain("%n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "layerd --data-r | --data-root",
        "layerd --log-level d | debug",
        "layerd doc | doctor",
        "layerd doctor --format j | json",
        "layerd completion b | bash",
        "layerd --config-file /etc/pass | /etc/passwd",
      })
  void bashCompletes(String typed, String completed) throws Exception {
    assertThat(complete(typed).lines()).contains(completed);
  }

  /** What bash's completion would offer for the last word. */
  private String complete(String typed) throws IOException, InterruptedException {
    Path script = directory.resolve("layerd");
    Files.writeString(script, CompletionCommand.script());
    String program =
        """
        . "$1"
        COMP_LINE=$2 COMP_WORDS=($2)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _complete_layerd
        printf '%s\\n' "${COMPREPLY[@]}"
        """;
    Process bash =
        new ProcessBuilder("bash", "-c", program, "bash", script.toString(), typed)
            .redirectError(ProcessBuilder.Redirect.DISCARD) // compopt works only at a prompt
            .start();
    try (InputStream out = bash.getInputStream()) {
      String offered = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(bash.waitFor()).isZero();
      return offered;
    }
  }

  @Test
  void theScriptInstallsAndRemovesAgain() throws Exception {
    Path binary = directory.resolve("binary");
    Files.writeString(binary, "#!/bin/sh\necho \"printed by $*\"\n");
    assertThat(binary.toFile().setExecutable(true)).isTrue();
    Path root = directory.resolve("root");
    run("packaging/install", "--prefix=/opt/l", "--root", root.toString(), "--binary=" + binary);
    assertThat(root.resolve("opt/l/bin/layerd")).isExecutable().hasSameBinaryContentAs(binary);
    assertThat(root.resolve("etc/systemd/system/layerd.service"))
        .content()
        .contains("ExecStart=/opt/l/bin/layerd -H fd:// $LAYERD_OPTS");
    assertThat(root.resolve("etc/systemd/system/layerd.socket")).exists();
    assertThat(root.resolve("opt/l/share/bash-completion/completions/layerd"))
        .hasContent("printed by completion bash");
    try (InputStream page =
        new GZIPInputStream(
            Files.newInputStream(root.resolve("opt/l/share/man/man8/layerd.8.gz")))) {
      assertThat(page).hasContent("printed by manpage");
    }
    Path defaults = root.resolve("etc/default/layerd");
    Files.writeString(defaults, "LAYERD_OPTS=-D\n");
    run("packaging/install", "--prefix=/opt/l", "--root", root.toString(), "--binary=" + binary);
    assertThat(defaults).as("settings are kept").hasContent("LAYERD_OPTS=-D\n");

    run("packaging/uninstall", "--prefix=/opt/l", "--root", root.toString());
    try (Stream<Path> left = Files.walk(root)) {
      assertThat(left.filter(Files::isRegularFile)).containsExactly(defaults);
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
    }
  }
}
