package io.layerd.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.archive.LayerUnpacker.Whiteouts;
import io.layerd.error.InvalidParameter;
import io.layerd.oci.Digest;
import io.layerd.sys.Stat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LayerUnpackerTest {
  private Sandbox box;

  @BeforeEach
  void prepare() throws IOException {
    box = new Sandbox();
  }

  @AfterEach
  void clean() throws IOException {
    box.close();
  }

  @Test
  void keepsOwnersModesTimesAndLinks() throws IOException {
    byte[] tar =
        new TarBytes()
            .owner(7, 8)
            .directory("d/", 01777)
            .file("d/suid", 06755, "x".getBytes(UTF_8))
            .symlink("d/link", "/nowhere")
            .hardLink("d/hard", "d/suid")
            .entry('6', "d/fifo".getBytes(UTF_8), "", 0640, new byte[0])
            .pax("mtime=1234567890.987654321", "SCHILY.xattr.user.colour=blue", "path=d/löng")
            .file("short", "abc")
            .end();
    Sandbox.Unpacked unpacked = box.roundTrip(tar);
    assertThat(unpacked.result().tarSizeBytes()).isEqualTo(tar.length);
    assertThat(unpacked.result().contentSizeBytes()).isEqualTo(1 + 8 + 3);
    assertThat(box.stat("d").permissions()).isEqualTo(01777);
    assertThat(box.stat("d").mtimeSeconds()).isEqualTo(1_700_000_000L);
    // the hard link's entry says 0644, and it comes last
    assertThat(box.stat("d/suid").permissions()).isEqualTo(0644);
    assertThat(box.stat("d/suid").linkCount()).isEqualTo(2);
    assertThat(box.stat("d/link").uid()).isEqualTo(7);
    assertThat(box.stat("d/link").mtimeSeconds()).isEqualTo(1_700_000_000L);
    assertThat(box.stat("d/fifo").type()).isEqualTo(Stat.S_IFIFO);
    assertThat(box.stat("d/fifo").permissions()).isEqualTo(0640);
    assertThat(box.stat("d/löng").mtimeNanos()).isEqualTo(987654321);
    assertThat(box.stat("d/löng").gid()).isEqualTo(8);
    assertThat(box.xattr("d/löng", "user.colour")).isEqualTo("blue");
  }

  @Test
  void fileCapabilitiesSurviveOwnerAndHardLink() throws IOException {
    byte[] capability = new byte[20];
    capability[3] = 2;
    capability[5] = 4;
    byte[] record =
        TarBytes.record(concat("SCHILY.xattr.security.capability=".getBytes(UTF_8), capability));
    byte[] tar =
        new TarBytes()
            .owner(5, 5)
            .entry('x', "x".getBytes(UTF_8), "", 0, record)
            .file("ping", 0755, new byte[] {1})
            .entry('1', "pong".getBytes(UTF_8), "ping", 0755, new byte[0])
            .end();
    box.roundTrip(tar);
    assertThat(box.xattr("pong", "security.capability")).hasSize(20);
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] c = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, c, a.length, b.length);
    return c;
  }

  @Test
  void devices() throws IOException {
    TarBytes tar = new TarBytes();
    byte[] header = tar.header('3', "null".getBytes(UTF_8), "", 0666, 0);
    TarBytes.octal(header, 329, 7, 1);
    TarBytes.octal(header, 337, 7, 3);
    byte[] block = tar.header('4', "disk".getBytes(UTF_8), "", 0660, 0);
    TarBytes.octal(block, 329, 7, 259);
    TarBytes.octal(block, 337, 7, 100_000);
    box.roundTrip(tar.header(header).header(block).end());
    assertThat(box.stat("null").rdevMinor()).isEqualTo(3);
    assertThat(box.stat("null").permissions()).isEqualTo(0666);
    assertThat(box.stat("disk").rdevMajor()).isEqualTo(259);
    assertThat(box.stat("disk").rdevMinor()).isEqualTo(100_000);
  }

  @Test
  void whiteoutsOfLayers() throws IOException {
    byte[] tar =
        new TarBytes()
            .owner(3, 4)
            .file(".wh.gone", "content is kept in the record")
            .directory("d", 0755)
            .file("d/.wh..wh..opq", "")
            .file("d/f", "f")
            .file("d/.wh..wh.aufs", "")
            .file(".wh.again", "")
            .directory("again", 0700)
            .file("here", "x")
            .file(".wh.here", "")
            .end();
    box.roundTrip(tar);
    assertThat(box.stat("gone").isWhiteout()).isTrue();
    assertThat(box.stat("gone").uid()).isEqualTo(3);
    assertThat(box.xattr("d", "trusted.overlay.opaque")).isEqualTo("y");
    assertThat(box.xattr("again", "trusted.overlay.opaque")).isEqualTo("y");
    assertThat(box.stat("here").isRegular()).isTrue();
    assertThat(box.names()).containsExactly("again", "d", "d/f", "gone", "here");
  }

  @Test
  void whiteoutsThatDelete() throws IOException {
    box.unpack(
        new TarBytes()
            .file("a/b/c", "c")
            .file("a/k", "k")
            .file("z/deep/x", "x")
            .file("s", "s")
            .end());
    byte[] tar =
        new TarBytes()
            .file("a/new", "n")
            .file("a/sub/n2", "n")
            .file("a/.wh..wh..opq", "")
            .file("z/.wh.deep", "")
            .file(".wh.s", "")
            .file(".wh.never", "")
            .end();
    box.unpack(tar, Whiteouts.DELETE);
    assertThat(box.names()).containsExactly("a", "a/new", "a/sub", "a/sub/n2", "z");
  }

  @Test
  void anEntryReplacesWhatIsThereButDirectoriesMerge() throws IOException {
    byte[] tar =
        new TarBytes()
            .directory("d", 0700)
            .file("d/old", "1")
            .symlink("l", "d")
            .file("l/old", "23")
            .file("x/y", "gone")
            .file("x", "now a file")
            .file("late/f", "f")
            .directory("late", 0711)
            .end();
    box.unpack(tar);
    assertThat(Files.readString(box.root.resolve("d/old"))).isEqualTo("23");
    assertThat(Files.readString(box.root.resolve("x"))).isEqualTo("now a file");
    assertThat(box.names()).contains("late/f");
    assertThat(box.stat("late").permissions()).isEqualTo(0711);
  }

  @Test
  void theSamePathTwiceIsRefused() {
    assertThatThrownBy(() -> box.unpack(new TarBytes().file("a", "").file("./a", "").end()))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("duplicates of file paths not supported");
  }

  @Test
  void theRootItselfIsLeftAlone() throws IOException {
    int before = box.stat(".").mode();
    box.roundTrip(new TarBytes().owner(9, 9).directory("./", 0700).file("./f", "f").end());
    assertThat(box.stat(".").mode()).isEqualTo(before);
    assertThat(box.stat(".").uid()).isZero();
  }

  @Test
  void setGroupIdDirectoriesDoNotHandDownTheirGroup() throws IOException {
    box.unpack(new TarBytes().owner(0, 9).directory("d", 02755).owner(0, 0).file("d/f", "").end());
    assertThat(box.stat("d").gid()).isEqualTo(9);
    assertThat(box.stat("d/f").gid()).isZero();
    assertThat(box.stat("d").permissions()).isEqualTo(02755);
  }

  @Test
  void layersOfManyChunks() throws IOException {
    byte[] big = new byte[3_000_001];
    new Random(1).nextBytes(big);
    TarBytes tar = new TarBytes().file("first", 0600, big);
    for (int i = 0; i < 3000; i++) {
      tar.file("dir" + i % 7 + "/f" + i, "content " + i);
    }
    byte[] whole = tar.end();
    byte[] padded = Arrays.copyOf(whole, whole.length + 3 * (1 << 20));
    padded[padded.length - 1] = 1;
    box.roundTrip(padded);
    assertThat(Files.readAllBytes(box.root.resolve("first"))).isEqualTo(big);
  }

  @Test
  void theSerialUnpackerDoesTheSame() throws IOException {
    byte[] tar = new TarBytes().file("a", "a").directory("b", 0711).end();
    UnpackResult result =
        LayerUnpackers.serial(Sandbox.SYS)
            .unpack(
                new ByteArrayInputStream(tar),
                box.root,
                Whiteouts.OVERLAY,
                OutputStream.nullOutputStream());
    assertThat(result.diffId().digest()).isEqualTo(Digest.of(tar));
    assertThat(box.names()).containsExactly("a", "b");
  }

  @Test
  void anErrorOfTheStreamComesThrough() {
    byte[] part =
        Arrays.copyOf(new TarBytes().file("a", 0600, new byte[2_000_000]).end(), 1_000_000);
    var broken =
        new java.io.SequenceInputStream(
            new ByteArrayInputStream(part),
            new java.io.InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("connection reset");
              }
            });
    assertThatThrownBy(
            () ->
                LayerUnpackers.create(Sandbox.SYS)
                    .unpack(broken, box.root, Whiteouts.OVERLAY, OutputStream.nullOutputStream()))
        .isInstanceOf(IOException.class)
        .hasMessage("connection reset");
  }

  @Test
  void missingDirectoryIsNamed() {
    assertThatThrownBy(
            () ->
                LayerUnpackers.create(Sandbox.SYS)
                    .unpack(
                        new ByteArrayInputStream(new byte[0]),
                        Path.of("/nonexistent/dir"),
                        Whiteouts.OVERLAY,
                        OutputStream.nullOutputStream()))
        .hasMessageContaining("/nonexistent/dir");
  }
}
