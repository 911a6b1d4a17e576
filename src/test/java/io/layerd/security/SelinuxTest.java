package io.layerd.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a false root; the answers are those of dockerd 28.5 in a virtual machine with SELinux. */
class SelinuxTest {
  private static final byte[] ATTRIBUTE = "security.selinux".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path root;
  @TempDir Path files;

  private Selinux open() throws IOException {
    write("sys/fs/selinux/enforce", "0");
    write("proc/self/attr/current", "system_u:system_r:initrc_t:s0\0");
    write("etc/selinux/config", "# which\nSELINUX=permissive\nSELINUXTYPE=mine\n");
    write(
        "etc/selinux/mine/contexts/lxc_contexts",
        """
        process = "system_u:system_r:container_t:s0"
        content = "system_u:object_r:virt_var_lib_t:s0"
        file = "system_u:object_r:container_file_t:s0"
        """);
    return Selinux.of(root);
  }

  private void write(String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void aContainerHasAPairOfCategoriesOfItsOwn() throws IOException {
    Selinux selinux = open();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      Labels labels = selinux.take(List.of());
      assertThat(labels.process()).matches("system_u:system_r:container_t:s0:c\\d+,c\\d+");
      String level = labels.process().substring("system_u:system_r:container_t:".length());
      assertThat(labels.mount()).isEqualTo("system_u:object_r:container_file_t:" + level);
      assertThat(seen.add(level)).isTrue();
      String[] pair = level.substring("s0:c".length()).split(",c");
      assertThat(Integer.parseInt(pair[0])).isLessThan(Integer.parseInt(pair[1]));
    }
    assertThat(seen).doesNotContain("s0:c1022,c1023");
  }

  @Test
  void categoriesAreHeldUntilTheyAreGivenBack() {
    Categories categories = new Categories();
    assertThat(categories.reserve("s0:c1,c2")).isTrue();
    assertThat(categories.reserve("s0:c1,c2")).isFalse();
    categories.release("s0:c1,c2");
    assertThat(categories.reserve("s0:c1,c2")).isTrue();
  }

  @Test
  void optionsChangeParts() throws IOException {
    Selinux selinux = open();
    assertThat(selinux.take(List.of("level:s0:c5,c6")))
        .isEqualTo(
            new Labels(
                "system_u:system_r:container_t:s0:c5,c6",
                "system_u:object_r:container_file_t:s0:c5,c6"));
    Labels typed = selinux.take(List.of("type:spc_t", "filetype:container_ro_file_t"));
    assertThat(typed.process()).startsWith("system_u:system_r:spc_t:s0:c");
    assertThat(typed.mount()).startsWith("system_u:object_r:container_ro_file_t:s0:c");
    Labels user = selinux.take(List.of("user:staff_u", "role:sysadm_r"));
    assertThat(user.process()).startsWith("staff_u:sysadm_r:container_t:s0:c");
    assertThat(user.mount()).startsWith("staff_u:object_r:container_file_t:s0:c");
    assertThat(selinux.take(List.of("disable")))
        .isEqualTo(new Labels("", "system_u:object_r:container_file_t:s0:c1022,c1023"));
  }

  @Test
  void anOptionThatIsNoneIsRefused() throws IOException {
    Selinux selinux = open();
    for (String bad : List.of("bogus", "bogus:x", "nested")) {
      assertThatThrownBy(() -> selinux.take(List.of(bad)))
          .isInstanceOf(SystemFailure.class)
          .hasMessage(
              "bad label option \""
                  + bad
                  + "\", valid options 'disable' or \n"
                  + "'user, role, level, type, filetype' followed by ':' and a value");
    }
  }

  @Test
  void anothersLabelIsTakenApart() {
    assertThat(Selinux.likeThatOf("system_u:system_r:container_t:s0:c127,c877"))
        .containsExactly(
            "user:system_u", "role:system_r", "type:container_t", "level:s0:c127,c877");
    assertThat(Selinux.likeThatOf("")).isEmpty();
  }

  @Test
  void aHostWithoutGivesNoLabelsAndTakesAnyOption() {
    Selinux none = Selinux.of(root);
    assertThat(none.enabled()).isFalse();
    assertThat(none.take(List.of("bogus"))).isEqualTo(Labels.NONE);
    none.reserve(new Labels("nonsense", ""));
    none.relabel(Path.of("/usr"), "a:b:c:d", true);
  }

  @Test
  void aKernelWithoutAPolicyIsAHostWithout() throws IOException {
    var unused = open();
    write("proc/self/attr/current", "kernel\0");
    assertThat(Selinux.of(root).enabled()).isFalse();
  }

  @Test
  void enginesMayShareAFileOfContexts() throws IOException {
    var unused = open();
    write(
        "usr/share/containers/selinux/contexts",
        "process = \"u:r:other_t:s0\"\nfile = \"u:object_r:other_file_t:s0\"\n");
    assertThat(Selinux.of(root).take(List.of()).process()).startsWith("u:r:other_t:s0:c");
  }

  @Test
  void aTreeGetsTheLabelAndLinksAreNotFollowed() throws IOException {
    Path outside = Files.writeString(files.resolve("outside"), "");
    Path tree = Files.createDirectories(files.resolve("tree/a/b"));
    Files.writeString(tree.resolve("file"), "");
    Files.createSymbolicLink(tree.resolve("link"), outside);
    String own = "system_u:object_r:container_file_t:s0:c1,c2";
    Selinux selinux = open();
    selinux.relabel(files.resolve("tree"), own, false);
    assertThat(label(files.resolve("tree"))).isEqualTo(own);
    assertThat(label(tree.resolve("file"))).isEqualTo(own);
    assertThat(label(tree.resolve("link"))).isEqualTo(own);
    assertThat(label(outside)).isNotEqualTo(own);
    selinux.relabel(files.resolve("tree"), own, true);
    assertThat(label(tree.resolve("file"))).isEqualTo("system_u:object_r:container_file_t:s0");
  }

  @Test
  void placesThatTheHostNeedsAreRefused() throws IOException {
    Selinux selinux = open();
    for (String place : List.of("/", "/usr", "/etc", "/etc/passwd", "/var/lib")) {
      assertThatThrownBy(() -> selinux.relabel(Path.of(place), "a:b:c:s0", true))
          .hasMessage(
              "error setting label on mount source '"
                  + place
                  + "': SELinux relabeling of "
                  + place
                  + " is not allowed");
    }
    assertThat(Relabel.never(Map.of("HOME", "/home/ann"))).contains("/home/ann", "/proc");
  }

  @Test
  void aMountIsGivenItsLabel() {
    assertThat(Selinux.mountData("size=1", "u:r:t:s0:c1,c2"))
        .isEqualTo("size=1,context=\"u:r:t:s0:c1,c2\"");
    assertThat(Selinux.mountData("size=1", "")).isEqualTo("size=1");
  }

  private static String label(Path file) throws IOException {
    try {
      byte[] name = file.toString().getBytes(StandardCharsets.UTF_8);
      return new String(Sys.host().lgetxattr(name, ATTRIBUTE), StandardCharsets.UTF_8)
          .replace("\0", "");
    } catch (io.layerd.sys.ErrnoException e) {
      return "";
    }
  }
}
