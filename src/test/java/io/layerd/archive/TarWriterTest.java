package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarWriterTest {
  @TempDir private Path work;

  private static byte[] bytes(String text) {
    return TarBytes.bytes(text);
  }

  /** What Python's tarfile reads. */
  private List<String> python(byte[] tar) throws IOException, InterruptedException {
    Path file = work.resolve("x.tar");
    Files.write(file, tar);
    String script =
        """
        import tarfile, sys
        for e in tarfile.open(sys.argv[1]):
            x = {k: v for k, v in e.pax_headers.items() if 'xattr' in k}
            print(e.type.decode(), ascii(e.name), oct(e.mode), e.uid, e.gid, e.size, e.mtime,
                  ascii(e.linkname), e.devmajor, e.devminor, *[f'{k}={v}' for k, v in x.items()])
        """;
    Process process =
        new ProcessBuilder("python3", "-c", script, file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }

  @Test
  void whatDoesNotFitAHeaderGoesIntoRecords() throws Exception {
    String name99 = "n".repeat(99);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(out)) {
      tar.entry(TarEntry.file("plain", 0644, 3, 1000), bytes("abc"));
      tar.entry(TarEntry.directory("dir", 0755, -5));
      tar.entry(TarEntry.directory("d/" + name99, 0755, 0));
      tar.entry(TarEntry.file("e/" + name99 + "/" + name99, 0600, 0, 0));
      tar.entry(TarEntry.file("z".repeat(200), 0600, 0, 0));
      tar.entry(TarEntry.file("ünï", 0600, 0, 0));
      tar.entry(
          new TarEntry(
              '2',
              bytes("l"),
              bytes("t".repeat(150)),
              0777,
              3_000_000,
              -2,
              0,
              12,
              340_000_000,
              0,
              0,
              List.of(new TarEntry.Xattr(bytes("user.k"), bytes("v\nw")))));
      tar.entry(
          new TarEntry('4', bytes("b"), bytes(""), 0660, 0, 0, 0, 1, 0, 259, 1_000_000, List.of()));
    }
    assertThat(out.size() % 512).isZero();
    assertThat(python(out.toByteArray()))
        .containsExactly(
            "0 'plain' 0o644 0 0 3 1000 '' 0 0",
            "5 'dir' 0o755 0 0 0 -5.0 '' 0 0",
            "5 'd/" + name99 + "' 0o755 0 0 0 0 '' 0 0",
            "0 'e/" + name99 + "/" + name99 + "' 0o600 0 0 0 0 '' 0 0",
            "0 '" + "z".repeat(200) + "' 0o600 0 0 0 0 '' 0 0",
            "0 '\\xfcn\\xef' 0o600 0 0 0 0 '' 0 0",
            "2 'l' 0o777 3000000 4294967294 0 12.34 '"
                + "t".repeat(150)
                + "' 0 0 SCHILY.xattr.user.k=v",
            "w",
            "4 'b' 0o660 0 0 0 1 '' 259 1000000");
  }

  @Test
  void recordLengthsAroundTheirOwnDigits() throws IOException {
    for (int length = 101; length < 1100; length++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (TarWriter tar = new TarWriter(out)) {
        tar.entry(TarEntry.file("x".repeat(length), 0600, 0, 0));
      }
      TarReader reader =
          new TarReader(
              new HashingChunks(new java.io.ByteArrayInputStream(out.toByteArray())),
              new TarSplitWriter(java.io.OutputStream.nullOutputStream()));
      TarHeader header = java.util.Objects.requireNonNull(reader.next());
      assertThat(header.name()).hasSize(length);
    }
  }

  @Test
  void contentMustMatchTheHeader() throws IOException {
    TarWriter tar = new TarWriter(new ByteArrayOutputStream());
    tar.entry(TarEntry.file("a", 0600, 2, 0));
    assertThatThrownBy(() -> tar.write(new byte[3], 0, 3))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(tar::finish).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLayerComesBackAsItWas() throws Exception {
    try (Sandbox first = new Sandbox();
        Sandbox second = new Sandbox()) {
      first.unpack(
          new TarBytes()
              .owner(5, 6)
              .directory("d", 01777)
              .file("d/.wh..wh..opq", "")
              .file("d/.wh.gone", "")
              .file("d/suid", 04755, bytes("content"))
              .hardLink("d/again", "d/suid")
              .symlink("d/l", "suid")
              .pax("SCHILY.xattr.user.k=v", "path=ünï")
              .file("x", "")
              .entry('6', bytes("fifo"), "", 0600, new byte[0])
              .file(".wh..wh..opq", "")
              .end());
      ByteArrayOutputStream layer = new ByteArrayOutputStream();
      LayerDiff.write(Sandbox.SYS, first.root, layer);
      second.roundTrip(layer.toByteArray());
      assertThat(second.names()).isEqualTo(first.names());
      for (String name : first.names()) {
        var stat = first.stat(name);
        var copy = second.stat(name);
        assertThat(copy.mode()).as(name).isEqualTo(stat.mode());
        assertThat(copy.uid()).as(name).isEqualTo(stat.uid());
        assertThat(copy.linkCount()).as(name).isEqualTo(stat.linkCount());
        if (!stat.isWhiteout()) {
          assertThat(copy.mtimeSeconds()).as(name).isEqualTo(stat.mtimeSeconds());
        }
      }
      assertThat(second.xattr("d", "trusted.overlay.opaque")).isEqualTo("y");
      assertThat(second.xattr("", "trusted.overlay.opaque")).isEqualTo("y");
      assertThat(second.xattr("ünï", "user.k")).isEqualTo("v");
      assertThat(second.stat("d/gone").isWhiteout()).isTrue();

      List<String> names = new ArrayList<>();
      for (String line : python(layer.toByteArray())) {
        names.add(line.split("'", -1)[1]);
      }
      assertThat(names)
          .containsExactly(
              ".wh..wh..opq",
              "d",
              "d/.wh..wh..opq",
              "d/again",
              "d/.wh.gone",
              "d/l",
              "d/suid",
              "fifo",
              "\\xfcn\\xef");
    }
  }

  @Test
  void subtreesUnderAnotherName() throws Exception {
    try (Sandbox box = new Sandbox()) {
      box.unpack(
          new TarBytes()
              .file("a/b/f", "f")
              .symlink("link", "/a")
              .symlink("out", box.base + "/around")
              .end());
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int root =
          Sandbox.SYS.openat(
              io.layerd.sys.Sys.AT_FDCWD,
              TarNames.bytes(box.root + "/a"),
              io.layerd.sys.Sys.O_RDONLY,
              0);
      DirectoryArchive.write(
          Sandbox.SYS, root, TarNames.bytes("b"), TarNames.bytes("renamed"), out);
      Sandbox.SYS.close(root);
      assertThat(python(out.toByteArray())).hasSize(2);
      assertThat(python(out.toByteArray()).get(1)).startsWith("0 'renamed/f'");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      DirectoryArchive.writeAll(Sandbox.SYS, box.root, all);
      assertThat(python(all.toByteArray())).hasSize(5);
    }
  }
}
