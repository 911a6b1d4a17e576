package io.layerd.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubcommandsTest {
  @Test
  void withoutOneItIsTheDaemon() {
    assertThat(parse("-D").subcommand()).isNull();
    assertThat(parse("-D").flags().debug).isTrue();
    assertThat(parse("-D").help()).isNull();
  }

  @Test
  void helpListsThem() {
    assertThat(parse("--help").help())
        .startsWith("Usage:  layerd [OPTIONS]\n")
        .contains("--data-root")
        .containsPattern("\n  certs +Make and manage the certificates")
        .containsPattern("\n  doctor +Check whether this host can run layerd\n");
    assertThat(parse("certs", "--help").help()).containsPattern("\n  revoke +Take certificates");
    assertThat(parse("doctor", "-h").help())
        .contains("Usage:  layerd doctor", "--format", "--data-root");
  }

  @Test
  void aSubcommandHasItsOwnOptions() {
    CommandLineParser.Parsed parsed = parse("doctor", "--format", "json", "--data-root", "/d");
    assertThat(parsed.subcommand())
        .isInstanceOfSatisfying(
            DoctorCommand.class,
            doctor -> {
              assertThat(doctor.format).isEqualTo(DoctorCommand.Format.json);
              assertThat(doctor.daemon.dataRoot).isEqualTo("/d");
            });
    assertThat(parsed.flags().dataRoot).isNull();
  }

  @Test
  void mistakesNameTheSubcommand() {
    assertThatThrownBy(() -> parse("doctor", "--fast"))
        .hasMessage("Status: unknown flag: --fast\nSee 'layerd doctor --help'.");
    assertThatThrownBy(() -> parse("doctor", "now"))
        .hasMessage(
            "Status: \"layerd doctor\" accepts no arguments, got \"now\"\n"
                + "See 'layerd doctor --help'.");
    assertThatThrownBy(() -> parse("doktor"))
        .hasMessage(
            "Status: \"layerd\" accepts no arguments, got \"doktor\"\nSee 'layerd --help'.");
    assertThatThrownBy(() -> parse("doctor", "--format", "xml"))
        .hasMessageStartingWith("Status: invalid argument \"xml\" for \"--format\" flag: ");
  }

  private static CommandLineParser.Parsed parse(String... args) {
    return CommandLineParser.parse(List.of(args));
  }
}
