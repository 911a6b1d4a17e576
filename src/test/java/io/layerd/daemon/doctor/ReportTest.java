package io.layerd.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void linesAreAlignedAndSummedUp() {
    Report report =
        new Report(
            List.of(
                Finding.ok("kernel", "Linux 6"),
                Finding.warning("init", "not found", "install tini"),
                Finding.failure("storage driver", "no overlay", "boot another kernel")));
    assertThat(report.passed()).isFalse();
    assertThat(report.text())
        .isEqualTo(
            """
            ok       kernel          Linux 6
            warning  init            not found
                                     -> install tini
            failure  storage driver  no overlay
                                     -> boot another kernel

            layerd cannot run on this host: 1 failure, 1 warning.
            """);
  }

  @Test
  void warningsDoNotFail() {
    Report report =
        new Report(List.of(Finding.warning("a", "b", "c"), Finding.warning("d", "e", "f")));
    assertThat(report.passed()).isTrue();
    assertThat(report.text()).endsWith("\nlayerd can run on this host, 2 warnings.\n");
  }

  @Test
  void json() {
    assertThat(
            new Report(List.of(Finding.ok("a", "b"), Finding.failure("c", "d \"e\"", "f"))).json())
        .isEqualTo(
            "{\"ok\":false,\"checks\":[{\"name\":\"a\",\"level\":\"ok\",\"detail\":\"b\"},"
                + "{\"name\":\"c\",\"level\":\"failure\",\"detail\":\"d \\\"e\\\"\",\"cure\":\"f\"}]}\n");
  }

  @Test
  void aCheckThatBreaksIsAFinding() {
    Check broken =
        () -> {
          throw new IllegalStateException("oops");
        };
    Report report = Doctor.examine(List.of(broken, () -> List.of(Finding.ok("a", "b"))));
    assertThat(report.passed()).isFalse();
    assertThat(report.findings()).hasSize(2);
    assertThat(report.text()).contains("oops");
  }
}
