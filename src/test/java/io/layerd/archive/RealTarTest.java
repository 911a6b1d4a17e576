package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tars made by GNU tar and Python from real files: what comes out is what went in. */
class RealTarTest {
  private static final String TREE =
      """
      set -e
      umask 022
      mkdir -p t/dir/sub t/sticky && cd t
      printf hello > plain; printf x > dir/sub/deep; : > empty
      head -c 700000 /dev/urandom > big
      ln plain dir/hard; ln -s ../plain dir/sym; ln -s /absolute/nowhere dangling
      mkfifo fifo; mknod null c 1 3; mknod blk b 7 200
      printf x > suid; chown 12:34 suid; chmod 6755 suid; chmod 1777 sticky
      chown -h 77:78 dangling
      printf x > "$(printf 'raw\\377\\376name')"; printf x > 'quote"back\\slash <&>'
      printf x > "$(printf 'new\\nline')"; printf x > "ünïcödé-文件"
      long=$(printf 'n%.0s' $(seq 1 120)); mkdir -p $long/$long; printf x > $long/$long/file
      ln -s $long/$long/file longlink
      truncate -s 3M sparse; printf mid | dd of=sparse bs=1 seek=1500000 conv=notrunc 2>/dev/null
      printf end >> sparse; truncate -s 5M allhole
      touch -d '2001-02-03 04:05:06.123456789 UTC' plain; touch -h -d '1999-01-01 UTC' dangling
      touch -d '2011-11-11 11:11:11.5 UTC' dir/sub; touch -d '2010-10-10 UTC' dir
      """;

  @TempDir private Path work;
  private Sandbox box;

  @BeforeEach
  void prepare() throws IOException, InterruptedException {
    box = new Sandbox();
    shell(TREE);
    Sys sys = Sandbox.SYS;
    byte[] plain = TarBytes.bytes(work.resolve("t/plain").toString());
    sys.lsetxattr(plain, TarBytes.bytes("user.note"), TarBytes.bytes("a=b\n\0c"));
    byte[] capability = new byte[20];
    capability[3] = 2;
    capability[4] = 1;
    sys.lsetxattr(
        TarBytes.bytes(work.resolve("t/suid").toString()),
        TarBytes.bytes("security.capability"),
        capability);
  }

  @AfterEach
  void clean() throws IOException {
    box.close();
  }

  private byte[] shell(String script) throws IOException, InterruptedException {
    Path out = Files.createTempFile(work, "out", "");
    Process process =
        new ProcessBuilder("bash", "-c", script)
            .directory(work.toFile())
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor()).as(script).isZero();
    byte[] bytes = Files.readAllBytes(out);
    Files.delete(out);
    return bytes;
  }

  /** One line for each file: all that lstat and listxattr tell, but inode and device. */
  private static List<String> describe(Path root, boolean nanos, boolean xattrs)
      throws IOException {
    Sys sys = Sandbox.SYS;
    List<String> lines = new ArrayList<>();
    describe(sys, TarBytes.bytes(root.toString()), TarNames.EMPTY, nanos, xattrs, lines);
    lines.sort(null);
    return lines;
  }

  private static void describe(
      Sys sys, byte[] root, byte[] directory, boolean nanos, boolean xattrs, List<String> lines)
      throws IOException {
    int fd = sys.openat(Sys.AT_FDCWD, TarNames.join(root, directory), Sys.O_RDONLY, 0);
    try {
      for (var entry : sys.readDirectory(fd)) {
        byte[] name = TarNames.join(directory, entry.name());
        byte[] path = TarNames.join(root, name);
        Stat stat = sys.lstatat(Sys.AT_FDCWD, path);
        StringBuilder line = new StringBuilder(new String(name, StandardCharsets.ISO_8859_1));
        line.append(String.format(" %o %d:%d", stat.mode(), stat.uid(), stat.gid()));
        line.append(' ').append(stat.mtimeSeconds());
        line.append('.').append(nanos ? stat.mtimeNanos() : 0);
        line.append(' ').append(stat.rdevMajor()).append(':').append(stat.rdevMinor());
        if (!stat.isDirectory()) {
          line.append(" links ").append(stat.linkCount()).append(' ').append(stat.sizeBytes());
        }
        if (stat.isSymlink()) {
          line.append(" -> ").append(TarNames.text(sys.readlinkat(Sys.AT_FDCWD, path)));
        }
        if (stat.isRegular()) {
          line.append(' ').append(content(sys, path));
        }
        if (xattrs) {
          for (byte[] attribute : sys.llistxattr(path)) {
            line.append(' ').append(TarNames.text(attribute)).append('=');
            line.append(java.util.HexFormat.of().formatHex(sys.lgetxattr(path, attribute)));
          }
        }
        lines.add(line.toString());
        if (stat.isDirectory()) {
          describe(sys, root, name, nanos, xattrs, lines);
        }
      }
    } finally {
      sys.close(fd);
    }
  }

  private static String content(Sys sys, byte[] path) throws IOException {
    var buffer = java.nio.ByteBuffer.allocateDirect(8 << 20);
    int fd = sys.openat(Sys.AT_FDCWD, path, Sys.O_RDONLY, 0);
    try {
      while (sys.read(fd, buffer) > 0) {
        // up to the end
      }
    } finally {
      sys.close(fd);
    }
    byte[] bytes = new byte[buffer.flip().remaining()];
    buffer.get(bytes);
    return io.layerd.oci.Digest.of(bytes).hex();
  }

  private void same(byte[] tar, boolean nanos, boolean xattrs) throws IOException {
    box.roundTrip(tar);
    assertThat(describe(box.root, nanos, xattrs))
        .isEqualTo(describe(work.resolve("t"), nanos, xattrs));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--format=gnu", "--format=gnu --sparse", "--format=oldgnu --sparse"})
  void gnu(String options) throws Exception {
    same(shell("tar c -C t --numeric-owner " + options + " ."), false, false);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--sparse --sparse-version=0.0",
        "--sparse --sparse-version=0.1",
        "--sparse --sparse-version=1.0"
      })
  void pax(String options) throws Exception {
    same(
        shell("tar c -C t --format=posix --xattrs --xattrs-include='*' " + options + " ."),
        true,
        true);
  }

  @Test
  void sparseFilesStaySparse() throws Exception {
    box.roundTrip(shell("tar c -C t --format=posix --sparse sparse allhole"));
    assertThat(box.stat("sparse").blocks512()).isLessThan(1000);
    assertThat(box.stat("allhole").sizeBytes()).isEqualTo(5 << 20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ustar", "v7"})
  void oldFormats(String format) throws Exception {
    shell("cd t && rm -rf n* longlink blk fifo; rm -f null; true");
    same(shell("tar c -C t --numeric-owner --format=" + format + " ."), false, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GNU_FORMAT", "PAX_FORMAT"})
  void python(String format) throws Exception {
    String script =
        "import tarfile,sys;tarfile.open(fileobj=sys.stdout.buffer,mode='w|',"
            + "format=tarfile.%s).add('t',arcname='')";
    same(shell("python3 -c \"" + String.format(script, format) + "\""), false, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip -1", "gzip -9", "zstd -3", "xz -0", "bzip2 -1", "cat"})
  void compressed(String program) throws Exception {
    byte[] tar = shell("tar c -C t --format=gnu .");
    byte[] packed = shell("tar c -C t --format=gnu . | " + program);
    try (var in = Compression.open(new ByteArrayInputStream(packed))) {
      assertThat(in.readAllBytes()).isEqualTo(tar);
    }
    try (Stream<Path> files = Files.list(work)) {
      assertThat(files).hasSize(1);
    }
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.writeBytes(packed);
    if (!program.equals("cat")) {
      // several members, then something that is none
      twice.writeBytes(packed);
      twice.writeBytes(TarBytes.bytes("garbage at the end"));
      try (var in = Compression.open(new ByteArrayInputStream(twice.toByteArray()))) {
        assertThat(in.readAllBytes().length).isEqualTo(2 * tar.length);
      }
    }
  }
}
