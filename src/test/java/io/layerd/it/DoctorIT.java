package io.layerd.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code layerd doctor} and {@code layerd --validate}, by the built program. */
class DoctorIT {
  @Test
  void aHostThatRunsLayerdCanRunLayerd() throws IOException {
    try (DaemonFixture daemon = DaemonFixture.stopped()) {
      Result text = doctor(daemon).exits(0);
      assertThat(text.out())
          .contains("ok       kernel          Linux ")
          .contains("ok       overlay         in /proc/filesystems")
          .contains("ok       storage driver  overlay2, a test mount worked")
          .contains("none with this pid file, socket or data root")
          .contains("\nlayerd can run on this host");
      assertThat(daemon.dataRoot()).doesNotExist();

      JsonNode json =
          new ObjectMapper().readTree(doctor(daemon, "--format", "json").exits(0).out());
      assertThat(json.path("ok").asBoolean()).isTrue();
      assertThat(json.path("checks").findValuesAsText("name"))
          .contains("kernel", "cgroups", "namespaces", "data root", "d_type", "conmon", "netavark");
    }
  }

  @Test
  void aDaemonThatRunsIsInTheWay() {
    try (DaemonFixture daemon = DaemonFixture.start()) {
      Result result = doctor(daemon).exits(1);
      assertThat(result.out())
          .contains("process %d, runs and is named in".formatted(daemon.process().pid()))
          .contains("a daemon answers on " + daemon.root().resolve("sock"))
          .contains("a layerd uses the data root " + daemon.dataRoot())
          .endsWith("layerd cannot run on this host: 3 failures" + warnings(result) + ".\n");
      assertThat(daemon.http().get("/_ping").status()).isEqualTo(200);
    }
  }

  @Test
  void missingProgramsAreNamed() {
    try (DaemonFixture daemon = DaemonFixture.stopped().without("runc", "crun", "conmon")) {
      assertThat(doctor(daemon).exits(1).out())
          .containsPattern(
              "failure {2}runtime +neither runc nor crun found\n +-> install runc or crun")
          .containsPattern("failure {2}conmon +not found\n +-> install conmon");
    }
  }

  @Test
  void validateSaysWhatDockerdSays() throws IOException {
    try (DaemonFixture daemon = DaemonFixture.stopped()) {
      Path file = daemon.root().resolve("daemon.json");
      Files.writeString(file, "{\"debug\": true, \"metrics-addr\": \"127.0.0.1:9323\"}");
      Result good = daemon.program("--validate", "--config-file", file.toString()).exits(0);
      assertThat(good.out()).isEmpty();
      assertThat(good.err()).isEqualTo("configuration OK\n");

      Files.writeString(file, "{\"debug\": \"yes\"}");
      Result bad = daemon.program("--validate", "--config-file", file.toString()).exits(1);
      assertThat(bad.out()).isEmpty();
      assertThat(bad.err())
          .isEqualTo(
              "unable to configure the Docker daemon with file "
                  + file
                  + ": invalid JSON: json: cannot unmarshal string into Go struct field"
                  + " Config.debug of type bool\n");
      assertThat(daemon.dataRoot()).doesNotExist();
    }
  }

  private static String warnings(Result result) {
    long count = result.out().lines().filter(line -> line.startsWith("warning")).count();
    return count == 0 ? "" : ", " + count + " warning" + (count == 1 ? "" : "s");
  }

  private static Result doctor(DaemonFixture daemon, String... more) {
    String[] usual = {
      "doctor",
      "-H",
      daemon.host(),
      "--data-root",
      daemon.dataRoot().toString(),
      "--pidfile",
      daemon.root().resolve("pid").toString()
    };
    return daemon.program(
        java.util.stream.Stream.of(usual, more)
            .flatMap(java.util.Arrays::stream)
            .toArray(String[]::new));
  }
}
