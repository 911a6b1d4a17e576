package io.layerd.daemon.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.eclipse.microprofile.health.HealthCheckResponse.Status.DOWN;
import static org.eclipse.microprofile.health.HealthCheckResponse.Status.UP;

import io.layerd.runtime.RuntimeInfo;
import io.layerd.runtime.RuntimeInfo.Program;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksTest {
  private static final Program RUNC = new Program("runc", "/usr/sbin/runc", "1.1", "");
  private static final Program CONMON = new Program("conmon", "/usr/bin/conmon", "2.1", "");

  @TempDir Path directory;

  @Test
  void nothingIsUpBeforeRecovery() {
    DaemonHealth health = new DaemonHealth();
    for (HealthCheck check :
        List.of(
            new RecoveryCheck(health),
            new StorageCheck(health),
            new DataRootCheck(health),
            new RuntimeCheck(health))) {
      assertThat(check.call().getStatus()).as(check.getClass().getSimpleName()).isEqualTo(DOWN);
    }
  }

  @Test
  void runtimeAndConmonAreNeeded() {
    assertThat(runtime("runc", List.of(RUNC), CONMON).getStatus()).isEqualTo(UP);
    assertThat(runtime("runc", List.of(RUNC), CONMON).getData().orElseThrow())
        .containsEntry("runtime", "/usr/sbin/runc")
        .containsEntry("conmon", "/usr/bin/conmon");
    assertThat(reason(runtime("", List.of(), CONMON)))
        .isEqualTo("neither runc nor crun is installed");
    assertThat(reason(runtime("kata", List.of(RUNC), CONMON))).isEqualTo("no kata is installed");
    assertThat(reason(runtime("runc", List.of(RUNC), null))).isEqualTo("conmon is not installed");
  }

  @Test
  void dataRootMustBeThereAndWritable() throws ErrnoException {
    assertThat(dataRoot(directory).getStatus()).isEqualTo(UP);
    assertThat(dataRoot(directory).getData().orElseThrow()).containsKeys("freeBytes", "fileSystem");
    assertThat(reason(dataRoot(directory.resolve("none")))).containsIgnoringCase("no such file");
    Sys sys = Sys.host();
    sys.mount("tmpfs", directory.toString(), "tmpfs", Sys.MS_RDONLY, "size=128m");
    try {
      assertThat(reason(dataRoot(directory))).isEqualTo("it cannot be written to");
    } finally {
      sys.umount2(directory.toString(), Sys.MNT_DETACH);
    }
  }

  @Test
  void dataRootNeedsRoom() throws ErrnoException {
    Sys sys = Sys.host();
    sys.mount("tmpfs", directory.toString(), "tmpfs", 0, "size=1m");
    try {
      assertThat(reason(dataRoot(directory))).isEqualTo("too little space left");
    } finally {
      sys.umount2(directory.toString(), Sys.MNT_DETACH);
    }
    sys.mount("tmpfs", directory.toString(), "tmpfs", 0, "size=128m,nr_inodes=100");
    try {
      assertThat(reason(dataRoot(directory))).isEqualTo("too few inodes left");
    } finally {
      sys.umount2(directory.toString(), Sys.MNT_DETACH);
    }
  }

  @Test
  void aDiskMountedOverTheStorageIsNoticed() throws IOException {
    Path home = Files.createDirectories(directory.resolve("data/overlay2"));
    StorageHome storage = StorageHome.of("overlay2", home);
    assertThat(storage.unchanged()).isTrue();
    Sys sys = Sys.host();
    String data = directory.resolve("data").toString();
    sys.mount("tmpfs", data, "tmpfs", 0, "");
    try {
      assertThat(storage.unchanged()).isFalse();
      Files.createDirectory(home);
      assertThat(storage.unchanged()).isFalse();
    } finally {
      sys.umount2(data, Sys.MNT_DETACH);
    }
    assertThat(storage.unchanged()).isTrue();
    assertThat(StorageHome.of("overlay2", directory.resolve("none")).unchanged()).isFalse();
  }

  private static HealthCheckResponse runtime(
      String wanted, List<Program> runtimes, @Nullable Program conmon) {
    return RuntimeCheck.look(
        HealthCheckResponse.named("runtime"),
        new RuntimeInfo(wanted, runtimes, conmon, null, "2", "cgroupfs", List.of(), List.of()));
  }

  private static HealthCheckResponse dataRoot(Path path) {
    return new DataRootCheck(new DaemonHealth()).look(HealthCheckResponse.named("x"), path);
  }

  private static String reason(HealthCheckResponse response) {
    assertThat(response.getStatus()).isEqualTo(DOWN);
    return String.valueOf(response.getData().orElseThrow().get("reason"));
  }
}
