package io.layerd.volume;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.DirEntry;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeCopyTest {
  private static final byte[] ODD_NAME = {'x', (byte) 0xff, (byte) 0xfe};

  private final Sys sys = Sys.host();
  private final VolumeCopy copy = new VolumeCopy(sys);

  @TempDir Path root;
  Path source;
  Path volume;

  @BeforeEach
  void directories() throws IOException {
    source = Files.createDirectory(root.resolve("source"));
    volume = Files.createDirectory(root.resolve("volume"));
  }

  private static byte[] path(Path path) {
    return path.toString().getBytes(UTF_8);
  }

  private static byte[] at(Path directory, byte[] name) {
    String prefix = directory + "/";
    return (prefix + new String(name, ISO_8859_1)).getBytes(ISO_8859_1);
  }

  private Stat stat(String name) throws IOException {
    return sys.lstatat(Sys.AT_FDCWD, path(volume.resolve(name)));
  }

  @Test
  void everythingArrives() throws IOException {
    byte[] from = path(source);
    sys.lchownat(Sys.AT_FDCWD, from, 1000, 1001);
    sys.fchmodat(Sys.AT_FDCWD, from, 01777);
    Files.writeString(source.resolve("file"), "content".repeat(100_000));
    byte[] file = path(source.resolve("file"));
    sys.lchownat(Sys.AT_FDCWD, file, 5, 6);
    sys.fchmodat(Sys.AT_FDCWD, file, 04755);
    sys.lsetxattr(file, "user.kind".getBytes(UTF_8), "odd".getBytes(UTF_8));
    byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    sys.lsetxattr(file, "security.capability".getBytes(UTF_8), capability);
    sys.utimensat(Sys.AT_FDCWD, file, 1_000_000, 5);
    Files.createLink(source.resolve("again"), source.resolve("file"));
    Files.createDirectories(source.resolve("deep/er"));
    Files.createSymbolicLink(source.resolve("deep/link"), Path.of("/etc/passwd"));
    sys.mknodat(Sys.AT_FDCWD, path(source.resolve("null")), Stat.S_IFCHR | 0666, 1, 3);
    sys.mknodat(Sys.AT_FDCWD, path(source.resolve("fifo")), Stat.S_IFIFO | 0600, 0, 0);
    byte[] odd = at(source, ODD_NAME);
    sys.close(sys.openat(Sys.AT_FDCWD, odd, Sys.O_WRONLY | Sys.O_CREAT, 0644));

    assertThat(copy.populate(volume, source)).isTrue();

    Stat top = sys.lstatat(Sys.AT_FDCWD, path(volume));
    assertThat(top.permissions()).isEqualTo(01777);
    assertThat(List.of(top.uid(), top.gid())).containsExactly(1000, 1001);
    Stat copied = stat("file");
    assertThat(volume.resolve("file")).hasSameBinaryContentAs(source.resolve("file"));
    assertThat(copied.permissions()).isEqualTo(04755);
    assertThat(List.of(copied.uid(), copied.gid())).containsExactly(5, 6);
    assertThat(copied.mtimeSeconds()).isEqualTo(1_000_000);
    assertThat(copied.mtimeNanos()).isEqualTo(5);
    assertThat(stat("again").inode()).isEqualTo(copied.inode());
    byte[] target = path(volume.resolve("file"));
    assertThat(sys.lgetxattr(target, "user.kind".getBytes(UTF_8))).asString().isEqualTo("odd");
    assertThat(sys.lgetxattr(target, "security.capability".getBytes(UTF_8))).isEqualTo(capability);
    assertThat(Files.readSymbolicLink(volume.resolve("deep/link")))
        .isEqualTo(Path.of("/etc/passwd"));
    assertThat(volume.resolve("deep/er")).isEmptyDirectory();
    Stat device = stat("null");
    assertThat(device.type()).isEqualTo(Stat.S_IFCHR);
    assertThat(device.rdevMinor()).isEqualTo(3);
    assertThat(stat("fifo").type()).isEqualTo(Stat.S_IFIFO);
    int fd = sys.openat(Sys.AT_FDCWD, path(volume), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    assertThat(sys.readDirectory(fd)).extracting(DirEntry::name).contains(ODD_NAME);
    sys.close(fd);
    sys.unlinkat(Sys.AT_FDCWD, odd, 0);
    sys.unlinkat(Sys.AT_FDCWD, at(volume, ODD_NAME), 0);
  }

  @Test
  void aVolumeWithContentIsLeftAlone() throws IOException {
    Files.writeString(source.resolve("new"), "x");
    Files.writeString(volume.resolve("old"), "x");
    assertThat(copy.populate(volume, source)).isFalse();
    assertThat(volume.resolve("new")).doesNotExist();
  }

  @Test
  void aSourceThatIsNoDirectoryIsLeftAlone() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("link"), source);
    assertThat(copy.populate(volume, link)).isFalse();
    assertThat(copy.populate(volume, root.resolve("absent"))).isFalse();
  }
}
