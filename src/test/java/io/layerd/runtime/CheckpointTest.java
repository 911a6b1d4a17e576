package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir Path root;

  private void write(String script, boolean leaveRunning) throws IOException {
    Path program = root.resolve("runc");
    Files.writeString(program, "#!/bin/sh\necho \"$@\" >" + root + "/words\n" + script);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Bundle bundle = Bundle.ofContainer(root, "some");
    Files.createDirectories(bundle.directory());
    ProcessId nobody = new ProcessId(0, 0);
    MonitorRecord record =
        new MonitorRecord("runc", program.toString(), "/x", nobody, nobody, false, false, true);
    new Checkpoint(new RuntimeCall(Sys.host(), root))
        .write("some", bundle, record, root.resolve("images"), leaveRunning);
  }

  @Test
  void asksTheRuntimeThatMadeTheContainer() throws IOException {
    write("", true);
    assertThat(Files.readString(root.resolve("words")))
        .isEqualTo(
            "--root=R/runtime-runc --log-format=json --log=R/containers/some/runtime.json checkpoint --image-path=R/images --work-path=R/containers/some --leave-running some\n"
                .replace("R/", root + "/"));
    write("", false);
    assertThat(Files.readString(root.resolve("words"))).doesNotContain("--leave-running");
  }

  @Test
  void saysWhyItFailedAsDockerdDoes() {
    String log = root.resolve("containers/some/criu-dump.log").toString();
    String missing =
        "CRIU version check failed: exec: \"criu\": executable file not found in $PATH";
    assertThatThrownBy(() -> write("echo '" + missing + "' >&2; exit 1", false))
        .isInstanceOf(SystemFailure.class)
        .hasMessage(
            "runc did not terminate successfully: exit status 1: " + missing + " path= " + log);
    assertThatThrownBy(() -> write("echo 'unknown command checkpoint' >&2; exit 1", false))
        .hasMessage(
            "runc did not terminate successfully: exit status 1: this runc was built without criu"
                + " path= "
                + log);
  }

  @Test
  void addsTheReasonThatCriuGave() throws IOException {
    String script =
        """
        cat >%1$s/dump.log <<'X'
        (00.1) Error (criu/util.c:1): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
        (00.2) Warn  (criu/x.c:1): nothing
        (00.3) Error (criu/sk-inet.c:191): inet: Connected TCP socket, consider using --tcp-established option.
        (00.4) Error (criu/cr-dump.c:2098): Dumping FAILED.
        X
        echo 'criu failed: type NOTIFY errno 0' >&2; echo 'log file: %1$s/dump.log' >&2; exit 1
        """
            .formatted(root.resolve("containers/some"));
    Path log = root.resolve("containers/some/criu-dump.log");
    assertThatThrownBy(() -> write(script, false))
        .hasMessage(
            "runc did not terminate successfully: exit status 1: criu failed: type NOTIFY errno 0:"
                + " Error (criu/sk-inet.c:191): inet: Connected TCP socket, consider using"
                + " --tcp-established option. path= "
                + log);
    assertThat(Files.readString(log)).contains("Dumping FAILED");
  }
}
