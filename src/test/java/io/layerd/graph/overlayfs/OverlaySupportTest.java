package io.layerd.graph.overlayfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.SystemFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kernels that this one is not. */
class OverlaySupportTest {
  @TempDir Path proc;
  private int loads;

  private OverlaySupport kernel(String release, String fileSystems) throws IOException {
    Files.createDirectories(proc.resolve("sys/kernel"));
    Files.writeString(proc.resolve("sys/kernel/osrelease"), release + "\n");
    Files.writeString(proc.resolve("filesystems"), fileSystems);
    return new OverlaySupport(proc, () -> loads++);
  }

  @Test
  void oldKernelsAreRefused() throws IOException {
    String known = "nodev\tproc\nnodev\toverlay\n";
    assertThatThrownBy(() -> kernel("3.17.9", known).requireKernel("overlay", 3, 18))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("overlay needs a Linux kernel 3.18 or newer, this one is 3.17.9");
    assertThatThrownBy(() -> kernel("3.18.1-x", known).requireKernel("overlay2", 4, 0))
        .hasMessage("overlay2 needs a Linux kernel 4.0 or newer, this one is 3.18.1-x");
    assertThatThrownBy(() -> kernel("odd", known).requireKernel("overlay2", 4, 0))
        .isInstanceOf(SystemFailure.class);
    for (String release : new String[] {"3.18.0", "3.19", "4.0.0-rc1", "6.18.44-x"}) {
      assertThatCode(() -> kernel(release, known).requireKernel("overlay", 3, 18))
          .doesNotThrowAnyException();
    }
    kernel("4.0.0-rc1", known).requireKernel("overlay2", 4, 0);
    assertThat(loads).isZero();
  }

  @Test
  void theModuleIsLoadedIfNeedBe() throws IOException {
    assertThatThrownBy(() -> kernel("6.1", "\text4\n").requireKernel("overlay2", 4, 0))
        .isInstanceOf(SystemFailure.class)
        .hasMessageStartingWith("'overlay' not found as a supported filesystem on this host.");
    assertThat(loads).isEqualTo(1);
    Path fileSystems = proc.resolve("filesystems");
    new OverlaySupport(
            proc,
            () -> {
              try {
                Files.writeString(fileSystems, "nodev\toverlay\n");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })
        .requireKernel("overlay2", 4, 0);
  }

  @Test
  void optionsAreRelativeOnlyToOrUnderTheHome() {
    OverlayStack stack =
        new OverlayStack(java.util.List.of("l/A", "l/B"), "x/diff", "x/work", "x/merged");
    assertThat(stack.options("index=off,", "/h/"))
        .isEqualTo("index=off,lowerdir=/h/l/A:/h/l/B,upperdir=/h/x/diff,workdir=/h/x/work");
    assertThat(OverlayStack.readOnly(java.util.List.of("a"), "m").options("", ""))
        .isEqualTo("lowerdir=a");
    assertThat(OverlayStack.needsEscape("/a,b/")).isTrue();
    assertThat(OverlayStack.needsEscape("/a:b/")).isTrue();
    assertThat(OverlayStack.needsEscape("/ab/")).isFalse();
  }

  @Test
  void fileSystemsWithoutFileTypesAreExplained() {
    assertThat(OverlayProbe.noFileTypes("overlay2", "xfs"))
        .isEqualTo(
            "overlay2: the backing xfs filesystem is formatted without d_type support, which leads"
                + " to incorrect behavior. Reformat the filesystem with ftype=1 to enable d_type"
                + " support. Backing filesystems without d_type support are not supported.");
    assertThat(OverlayProbe.noFileTypes("overlay", "extfs"))
        .contains("overlay: the backing extfs")
        .contains("(or use tune2fs) with -O filetype flag");
  }
}
