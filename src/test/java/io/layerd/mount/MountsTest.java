package io.layerd.mount;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsTest {
  private static final String TEXT =
      """
      27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
      43 27 254:0 /a /data rw,relatime shared:3 master:1 - ext4 /dev/vda rw
      44 43 0:30 / /data/with\\040space\\134\\011 rw shared:9 - overlay overlay rw,lowerdir=/a
      45 43 0:31 / /data/deep/er rw - tmpfs none rw
      46 43 0:32 / /data/with\\040space\\134\\011 ro - tmpfs none rw
      47 27 0:33 / /database rw unbindable - tmpfs none rw
      not a line
      48 27 0:33 / /cut rw
      """;

  @TempDir Path dir;

  private Mounts fake() throws IOException {
    Path file = dir.resolve("mountinfo");
    Files.writeString(file, TEXT);
    return new Mounts(Sys.host(), file);
  }

  @Test
  void readsEveryField() throws IOException {
    Mount mount = fake().list().get(1);
    assertThat(mount.id()).isEqualTo(43);
    assertThat(mount.parentId()).isEqualTo(27);
    assertThat(mount.device()).isEqualTo("254:0");
    assertThat(mount.root()).isEqualTo("/a");
    assertThat(mount.mountPoint()).isEqualTo(Path.of("/data"));
    assertThat(mount.propagation()).containsExactly("shared:3", "master:1");
    assertThat(mount.isShared()).isTrue();
    assertThat(mount.isSlave()).isTrue();
    assertThat(mount.type()).isEqualTo("ext4");
    assertThat(mount.superOptions()).isEqualTo("rw");
    assertThat(fake().list()).hasSize(6);
  }

  @Test
  void unescapesAndOrdersForUnmounting() throws IOException {
    assertThat(fake().below(Path.of("/data")).stream().map(Mount::id))
        .containsExactly(45, 46, 44, 43)
        .doesNotContain(47);
    assertThat(fake().isMountPoint(Path.of("/data/with space\\\t"))).isTrue();
    assertThat(MountInfo.unescape("caf\\303\\251\\9")).isEqualTo("café\\9");
  }

  @Test
  void findsTheMountThatHoldsAPath() throws IOException {
    assertThat(fake().containing(Path.of("/data/x/../y")).orElseThrow().id()).isEqualTo(43);
    assertThat(fake().containing(Path.of("/data/with space\\\t/z")).orElseThrow().id())
        .isEqualTo(46);
    assertThat(fake().containing(Path.of("/database2")).orElseThrow().id()).isEqualTo(27);
  }

  @Test
  void mountsBindsAndUnmounts() throws IOException {
    Mounts mounts = Mounts.host();
    Path a = Files.createDirectory(dir.resolve("a b"));
    Path b = Files.createDirectory(dir.resolve("b"));
    try {
      mounts.mount("none", a, "tmpfs", 0, "size=1m");
      mounts.makePrivate(a);
      Files.writeString(a.resolve("f"), "x");
      mounts.bind(a, b, true);
      assertThat(b.resolve("f")).hasContent("x");
      assertThat(mounts.below(dir)).hasSize(2);
      mounts.unmountAndDelete(b);
      assertThat(b).doesNotExist();
      mounts.mount("none", a, "tmpfs", 0, "size=1m");
      mounts.unmountAll(dir);
      assertThat(mounts.below(dir)).isEmpty();
      assertThat(mounts.unmount(a)).isFalse();
      assertThat(mounts.unmount(dir.resolve("absent"))).isFalse();
      mounts.unmountAndDelete(dir.resolve("absent"));
    } finally {
      mounts.unmountAll(dir);
    }
  }
}
