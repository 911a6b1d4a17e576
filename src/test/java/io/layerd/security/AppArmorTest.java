package io.layerd.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a false root; the answers are those of dockerd 28.5 in a virtual machine with AppArmor. */
class AppArmorTest {
  @TempDir Path root;
  private final List<String> loads = new ArrayList<>();

  private AppArmor open() {
    return AppArmor.of(root, (name, text) -> loads.add(name + "\n" + text));
  }

  private void host(String profiles) throws IOException {
    write("sys/kernel/security/apparmor/profiles", profiles);
    write("sys/module/apparmor/parameters/enabled", "Y\n");
    write("proc/self/attr/current", "unconfined\n");
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void aContainerGetsTheUsualProfileUnlessItAsksForAnother() throws IOException {
    host("docker-default (enforce)\n");
    AppArmor appArmor = open();
    assertThat(appArmor.applied(null, false)).isEqualTo("docker-default");
    assertThat(appArmor.applied("", false)).isEqualTo("docker-default");
    assertThat(appArmor.applied("mine", false)).isEqualTo("mine");
    assertThat(appArmor.applied("unconfined", false)).isEqualTo("unconfined");
    assertThat(appArmor.applied(null, true)).isEqualTo("unconfined");
    assertThat(appArmor.applied("docker-default", true)).isEqualTo("docker-default");
    assertThat(loads).isEmpty();
  }

  @Test
  void inspectShowsThatAPrivilegedOneIsUnconfined() throws IOException {
    host("");
    assertThat(open().shown("docker-default", true)).isEqualTo("unconfined");
    assertThat(open().shown("mine", false)).isEqualTo("mine");
    assertThat(open().shown(null, false)).isEqualTo("docker-default");
    assertThat(loads).isEmpty();
  }

  @Test
  void theProfileIsLoadedWhenTheKernelLostIt() throws IOException {
    host("docker-default-of-another (enforce)\nlsb_release (enforce)\n");
    assertThat(open().applied(null, false)).isEqualTo("docker-default");
    assertThat(loads).hasSize(1);
    assertThat(loads.getFirst()).startsWith("docker-default\n").contains("deny mount,");
    assertThat(open().applied("mine", false)).isEqualTo("mine");
    assertThat(loads).hasSize(1);
  }

  @Test
  void whatCannotBeLoadedStopsAStart() throws IOException {
    host("");
    AppArmor appArmor =
        AppArmor.of(
            root,
            (_, _) -> {
              throw new SystemFailure("no program");
            });
    assertThatThrownBy(() -> appArmor.applied(null, false))
        .isInstanceOf(SystemFailure.class)
        .hasMessage(
            "AppArmor enabled on system but the docker-default profile could not be loaded: no program");
    assertThat(appArmor.applied("unconfined", false)).isEqualTo("unconfined");
  }

  @Test
  void aHostWithoutHasNoProfiles() throws IOException {
    assertThat(open().applied("mine", false)).isEmpty();
    assertThat(open().shown("mine", false)).isEmpty();
    host("");
    write("sys/module/apparmor/parameters/enabled", "N\n");
    assertThat(open().applied("mine", false)).isEmpty();
    assertThat(open().inKernel()).isTrue();
    assertThat(loads).isEmpty();
  }

  @Test
  void theTextIncludesWhatTheHostShares() throws IOException {
    assertThat(DefaultProfile.text(root, "unconfined"))
        .contains("@{PROC}=/proc/\n")
        .doesNotContain("#include");
    write("etc/apparmor.d/tunables/global", "");
    write("etc/apparmor.d/abstractions/base", "");
    assertThat(DefaultProfile.text(root, "/usr/bin/layerd"))
        .contains("#include <tunables/global>\n", "#include <abstractions/base>\n")
        .contains("signal (receive) peer=/usr/bin/layerd,\n")
        .doesNotContain("@{PROC}=/proc/");
    assertThat(DefaultProfile.text(root, "with space")).contains("peer=\"with space\",");
  }

  /** Debian's package apparmor has the program; it needs no kernel that knows AppArmor. */
  @Test
  void theProgramThatLoadsItUnderstandsTheText() throws Exception {
    Path program = Path.of("/usr/sbin/apparmor_parser");
    assertThat(program).isExecutable();
    for (Path shared : List.of(root, Path.of("/"))) {
      Path file =
          Files.writeString(
              root.resolve("profile"), DefaultProfile.text(shared, "/usr/bin/layerd"));
      Process process =
          new ProcessBuilder(program.toString(), "-QTK", file.toString())
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes());
      assertThat(process.waitFor()).as(output).isZero();
    }
  }
}
