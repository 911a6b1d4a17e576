package io.layerd.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.security.Selinux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SELinux labels of containers, on a host that has a policy. */
class LabelsTest {
  @TempDir Path root;
  @TempDir Path host;
  private Fixture f;

  @BeforeEach
  void open() throws IOException {
    write("sys/fs/selinux/enforce", "0");
    write("proc/self/attr/current", "system_u:system_r:initrc_t:s0");
    write("etc/selinux/config", "SELINUXTYPE=mine");
    write(
        "etc/selinux/mine/contexts/lxc_contexts",
        "process = \"su:sr:c_t:s0\"\nfile = \"su:or:f_t:s0\"\n");
    f = new Fixture(root, Selinux.of(host));
  }

  private void write(String name, String text) throws IOException {
    Path file = host.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @AfterEach
  void close() {
    f.close();
  }

  private ContainerSnapshot made(String name, String hostConfig) {
    return f.service.inspect(f.create(name, "{\"Image\":\"busybox\"}", hostConfig), false);
  }

  @Test
  void everyContainerHasItsOwnAndKeepsIt() {
    ContainerSnapshot one = made("one", "{}");
    assertThat(one.processLabel()).matches("su:sr:c_t:s0:c\\d+,c\\d+");
    assertThat(one.mountLabel())
        .isEqualTo("su:or:f_t" + one.processLabel().substring("su:sr:c_t".length()));
    assertThat(made("two", "{}").processLabel()).isNotEqualTo(one.processLabel());
    f.reopen();
    assertThat(f.service.inspect("one", false).processLabel()).isEqualTo(one.processLabel());
  }

  @Test
  void aPrivilegedOneHasNoneForItsProcesses() {
    ContainerSnapshot privileged = made("priv", "{\"Privileged\":true}");
    assertThat(privileged.processLabel()).isEmpty();
    assertThat(privileged.mountLabel()).isEqualTo("su:or:f_t:s0:c1022,c1023");
    assertThat(privileged.host().securityOpt()).containsExactly("label=disable");
  }

  @Test
  void whoJoinsAnotherHasItsLabel() {
    ContainerSnapshot one = made("one", "{\"IpcMode\":\"shareable\"}");
    ContainerSnapshot joined = made("joined", "{\"IpcMode\":\"container:one\"}");
    assertThat(joined.processLabel()).isEqualTo(one.processLabel());
    assertThat(joined.host().securityOpt())
        .isEqualTo(
            List.of(
                "label=user:su",
                "label=role:sr",
                "label=type:c_t",
                "label=level:" + one.processLabel().substring("su:sr:c_t:".length())));
    var two = made("two", "{}");
    assertThat(two.processLabel()).isNotEqualTo(one.processLabel());
    assertThatThrownBy(
            () -> made("both", "{\"IpcMode\":\"container:one\",\"PidMode\":\"container:two\"}"))
        .hasMessage("--ipc and --pid containers SELinux labels aren't the same");
  }

  @Test
  void anOptionThatIsNoneMakesNoContainer() {
    assertThatThrownBy(() -> made("bad", "{\"SecurityOpt\":[\"label=bogus\"]}"))
        .hasMessageContaining("bad label option \"bogus\"");
    assertThat(made("bad", "{}").processLabel()).isNotEmpty();
  }

  @Test
  void layersAreMountedWithTheLabel() {
    ContainerSnapshot one = made("one", "{}");
    f.service.start("one");
    assertThat(f.layers.labels).containsEntry(one.id(), one.mountLabel());
    assertThat(f.runtime.launches.getLast().labels().process()).isEqualTo(one.processLabel());
  }

  @Test
  void onlyWhatMayBeRelabelledIs() {
    var unused = made("one", "{\"Binds\":[\"/usr:/x:z\"]}");
    assertThatThrownBy(() -> f.service.start("one"))
        .hasMessage(
            "error setting label on mount source '/usr': SELinux relabeling of /usr is not allowed");
  }
}
