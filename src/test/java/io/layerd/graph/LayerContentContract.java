package io.layerd.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.archive.LayerDiff;
import io.layerd.archive.LayerUnpacker;
import io.layerd.archive.LayerUnpackers;
import io.layerd.sys.DirEntry;
import io.layerd.sys.Stat;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every graph driver does with what is in its layers. */
abstract class LayerContentContract extends DriverFixture {
  private static final byte[] ODD_NAME = {'o', (byte) 0xff, 1};
  private static final List<String> KINDS =
      List.of("file", "link", "fifo", "socket", "character", "block", "directory", "hard");

  /** One of each kind of file, with owners, times and attributes that nothing else has. */
  private static void fill(Path root) throws IOException {
    Files.writeString(root.resolve("file"), "content");
    Files.createSymbolicLink(root.resolve("link"), Path.of("/no/where"));
    SYS.mknodat(Sys.AT_FDCWD, bytes(root.resolve("fifo")), Stat.S_IFIFO | 0600, 0, 0);
    SYS.mknodat(Sys.AT_FDCWD, bytes(root.resolve("socket")), Stat.S_IFSOCK | 0600, 0, 0);
    SYS.mknodat(Sys.AT_FDCWD, bytes(root.resolve("character")), Stat.S_IFCHR | 0600, 1, 3);
    SYS.mknodat(Sys.AT_FDCWD, bytes(root.resolve("block")), Stat.S_IFBLK | 0600, 7, 200);
    Files.createDirectories(root.resolve("directory/below"));
    Files.writeString(root.resolve("directory/below/x"), "x");
    Files.createLink(root.resolve("hard"), root.resolve("file"));
    int uid = 1000;
    for (String kind : KINDS) {
      byte[] path = bytes(root.resolve(kind));
      SYS.lchownat(Sys.AT_FDCWD, path, uid++, 77);
    }
    SYS.fchmodat(Sys.AT_FDCWD, bytes(root.resolve("file")), 06755);
    SYS.fchmodat(Sys.AT_FDCWD, bytes(root.resolve("directory")), 03711);
    SYS.lsetxattr(bytes(root.resolve("file")), bytes("user.note"), bytes("v"));
    byte[] capability = HexFormat.of().parseHex("0100000200040000" + "00".repeat(12));
    SYS.lsetxattr(bytes(root.resolve("file")), bytes("security.capability"), capability);
    SYS.lsetxattr(bytes(root.resolve("directory")), bytes("trusted.note"), bytes("d"));
    int fd =
        SYS.openat(Sys.AT_FDCWD, bytes(root.resolve("sparse")), Sys.O_CREAT | Sys.O_RDWR, 0600);
    SYS.ftruncate(fd, 8 << 20);
    SYS.writeFully(fd, bytes("front"));
    SYS.close(fd);
    int directory = SYS.openat(Sys.AT_FDCWD, bytes(root), Sys.O_DIRECTORY, 0);
    SYS.close(SYS.openat(directory, ODD_NAME, Sys.O_CREAT | Sys.O_WRONLY, 0600));
    SYS.close(directory);
    for (String kind : KINDS) {
      SYS.utimensat(Sys.AT_FDCWD, bytes(root.resolve(kind)), 1_234_567_890L, 123_456_789);
    }
  }

  /** Every name below a directory, with all there is to know about it. */
  private static Map<String, String> tree(Path root) throws IOException {
    Map<String, String> all = new TreeMap<>();
    int fd = SYS.openat(Sys.AT_FDCWD, bytes(root), Sys.O_DIRECTORY, 0);
    try {
      tree(fd, "", all);
    } finally {
      SYS.close(fd);
    }
    return all;
  }

  private static void tree(int directory, String prefix, Map<String, String> all)
      throws IOException {
    for (DirEntry entry : SYS.readDirectory(directory)) {
      Stat stat = SYS.lstatat(directory, entry.name());
      String name = prefix + new String(entry.name(), StandardCharsets.ISO_8859_1);
      String more =
          stat.isSymlink()
              ? new String(SYS.readlinkat(directory, entry.name()), StandardCharsets.UTF_8)
              : stat.isDirectory() ? "" : stat.sizeBytes() + " x" + stat.linkCount();
      byte[] path = ("/proc/self/fd/" + directory + "/").getBytes(StandardCharsets.US_ASCII);
      String attributes = "";
      for (byte[] attribute : SYS.llistxattr(concat(path, entry.name()))) {
        byte[] value = SYS.lgetxattr(concat(path, entry.name()), attribute);
        attributes +=
            " " + new String(attribute, StandardCharsets.UTF_8) + HexFormat.of().formatHex(value);
      }
      all.put(
          name,
          "%o %d:%d %s %d:%d %s%s"
              .formatted(
                  stat.mode(),
                  stat.uid(),
                  stat.gid(),
                  stat.isDirectory() ? "" : stat.mtimeSeconds() + "." + stat.mtimeNanos(),
                  stat.rdevMajor(),
                  stat.rdevMinor(),
                  more,
                  attributes));
      if (stat.isDirectory()) {
        int child = SYS.openat(directory, entry.name(), Sys.O_DIRECTORY, 0);
        try {
          tree(child, name + "/", all);
        } finally {
          SYS.close(child);
        }
      }
    }
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  @Test
  void everyKindOfFileComesThroughUnchanged() throws IOException {
    String base = id();
    driver.create(base);
    fill(driver.diff(base));
    Map<String, String> before = tree(driver.diff(base));
    assertThat(before).hasSize(KINDS.size() + 4);
    String rw = id();
    driver.createReadWrite(rw, child(base, "above", "1"));
    Path root = driver.mount(rw);
    Map<String, String> seen = tree(root);
    assertThat(seen.remove("above")).isNotNull();
    // overlay's layers share files by hard links, which is no difference to those who read them
    assertThat(withoutCounts(seen)).isEqualTo(withoutCounts(before));
    Stat file = SYS.lstatat(Sys.AT_FDCWD, bytes(root.resolve("file")));
    Stat hard = SYS.lstatat(Sys.AT_FDCWD, bytes(root.resolve("hard")));
    assertThat(file.inode()).isEqualTo(hard.inode());
    Stat sparse = SYS.lstatat(Sys.AT_FDCWD, bytes(root.resolve("sparse")));
    assertThat(sparse.sizeBytes()).isEqualTo(8 << 20);
    assertThat(sparse.blocks512()).isLessThan(64);
    assertThat(Files.readString(root.resolve("sparse"))).startsWith("front").endsWith("\0");
    driver.release(rw);
    driver.remove(rw);
  }

  private static Map<String, String> withoutCounts(Map<String, String> tree) {
    Map<String, String> result = new TreeMap<>(tree);
    result.replaceAll((name, text) -> text.replaceAll(" x\\d+", ""));
    return result;
  }

  @Test
  void whiteoutsHideFilesOfEveryKind() throws IOException {
    String base = id();
    driver.create(base);
    fill(driver.diff(base));
    String top = id();
    driver.create(top);
    for (String kind : KINDS) {
      byte[] name = bytes(driver.diff(top).resolve(kind));
      SYS.mknodat(Sys.AT_FDCWD, name, Stat.S_IFCHR, 0, 0);
    }
    SYS.mknodat(Sys.AT_FDCWD, bytes(driver.diff(top).resolve("never-was")), Stat.S_IFCHR, 0, 0);
    driver.setParent(top, base);
    String rw = id();
    driver.createReadWrite(rw, top);
    Path root = driver.mount(rw);
    assertThat(tree(root).keySet()).containsExactlyInAnyOrder("sparse", "oÿ\u0001");
    driver.release(rw);
    // and what was hidden is there for those who stand on the base
    String other = id();
    driver.createReadWrite(other, base);
    assertThat(tree(driver.mount(other))).containsKeys("file", "directory/below/x", "socket");
    driver.release(other);
  }

  @Test
  void aNameMayChangeItsKindFromLayerToLayer() throws IOException {
    String base = id();
    driver.create(base);
    fill(driver.diff(base));
    String top = id();
    driver.create(top);
    Path diff = driver.diff(top);
    Files.createDirectories(diff.resolve("file/now/deep"));
    SYS.lsetxattr(bytes(diff.resolve("file")), bytes("trusted.overlay.opaque"), bytes("y"));
    Files.writeString(diff.resolve("directory"), "now a file");
    Files.writeString(diff.resolve("link"), "now a file");
    Files.createSymbolicLink(diff.resolve("socket"), Path.of("link"));
    driver.setParent(top, base);
    String rw = id();
    driver.createReadWrite(rw, top);
    Path root = driver.mount(rw);
    assertThat(root.resolve("file/now/deep")).isDirectory();
    assertThat(root.resolve("directory")).hasContent("now a file");
    assertThat(root.resolve("link")).hasContent("now a file");
    assertThat(Files.readSymbolicLink(root.resolve("socket"))).hasToString("link");
    assertThat(root.resolve("hard")).hasContent("content");
    driver.release(rw);
  }

  @Test
  void whatAContainerWritesIsCopiedUp() throws IOException {
    String base = id();
    driver.create(base);
    fill(driver.diff(base));
    Map<String, String> before = tree(driver.diff(base));
    String one = id();
    driver.createReadWrite(one, base);
    String two = id();
    driver.createReadWrite(two, base);
    Path root = driver.mount(one);
    Files.writeString(root.resolve("hard"), "changed");
    SYS.fchmodat(Sys.AT_FDCWD, bytes(root.resolve("directory")), 0700);
    SYS.lsetxattr(bytes(root.resolve("directory/below")), bytes("user.new"), bytes("1"));
    SYS.unlinkat(Sys.AT_FDCWD, bytes(root.resolve("fifo")), 0);
    SYS.lchownat(Sys.AT_FDCWD, bytes(root.resolve("character")), 5, 5);
    Map<String, String> changed = tree(root);
    assertThat(changed).doesNotContainKey("fifo");
    driver.release(one);
    assertThat(withoutCounts(tree(driver.diff(base)))).isEqualTo(withoutCounts(before));
    assertThat(withoutCounts(tree(driver.mount(two)))).isEqualTo(withoutCounts(before));
    driver.release(two);
    assertThat(tree(driver.mount(one))).isEqualTo(changed);
    driver.release(one);
  }

  @Test
  void changesAreThoseOfAnOverlay() throws IOException {
    String base = id();
    driver.create(base);
    fill(driver.diff(base));
    Files.createDirectories(driver.diff(base).resolve("etc"));
    Files.writeString(driver.diff(base).resolve("etc/hosts"), "of the image");
    String init = id();
    driver.createReadWrite(init, base);
    driver.populate(
        init,
        List.of(
            new LayerName.EmptyFile("etc/hosts"),
            new LayerName.EmptyFile(".dockerenv"),
            new LayerName.Directory("proc")));
    String rw = id();
    driver.createReadWrite(rw, init);
    assertThat(changes(rw, init)).isEmpty();
    assertThat(driver.sizeBytes(rw, init)).isZero();
    Path root = driver.mount(rw);
    Files.writeString(root.resolve("new"), "12345");
    Files.createDirectories(root.resolve("fresh/deep"));
    Files.writeString(root.resolve("fresh/deep/f"), "1");
    Files.writeString(root.resolve("directory/below/x"), "other");
    SYS.unlinkat(Sys.AT_FDCWD, bytes(root.resolve("link")), 0);
    SYS.unlinkat(Sys.AT_FDCWD, bytes(root.resolve("file")), 0);
    Files.createDirectory(root.resolve("file"));
    Files.writeString(root.resolve("etc/added"), "x");
    driver.release(rw);
    Map<String, String> changes = changes(rw, init);
    assertThat(changes.keySet())
        .containsExactlyInAnyOrder(
            "new",
            "fresh",
            "fresh/deep",
            "fresh/deep/f",
            "directory",
            "directory/below",
            "directory/below/x",
            "link",
            "file",
            "etc",
            "etc/added");
    assertThat(changes.get("link")).startsWith("20000 ").contains(" 0:0 ");
    assertThat(changes.get("file")).contains("trusted.overlay.opaque79");
    assertThat(changes.get("directory")).startsWith("43711 1006:77 ").contains("trusted.note");
    assertThat(driver.sizeBytes(rw, init)).isEqualTo(5 + 1 + 5 + 1);
  }

  private Map<String, String> changes(String id, String parent) throws IOException {
    try (LayerChanges changes = driver.changes(id, parent)) {
      return tree(changes.directory());
    }
  }

  @Test
  void aLayerMadeOfAContainersChangesShowsTheSame() throws IOException {
    String base = id();
    driver.create(base);
    fill(driver.diff(base));
    SYS.unlinkat(Sys.AT_FDCWD, bytes(driver.diff(base).resolve("socket")), 0);
    SYS.lremovexattr(bytes(driver.diff(base).resolve("directory")), bytes("trusted.note"));
    String rw = id();
    driver.createReadWrite(rw, base);
    Path root = driver.mount(rw);
    Files.delete(root.resolve("directory/below/x"));
    Files.delete(root.resolve("directory/below"));
    Files.createDirectory(root.resolve("directory/below"));
    Files.writeString(root.resolve("directory/below/y"), "y");
    Files.delete(root.resolve("fifo"));
    Files.delete(root.resolve("link"));
    Files.createDirectory(root.resolve("link"));
    Files.writeString(root.resolve("file"), "other");
    Map<String, String> wanted = comparable(tree(root));
    driver.release(rw);
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    try (LayerChanges changes = driver.changes(rw, base)) {
      LayerDiff.write(SYS, changes.directory(), tar);
    }
    String layer = id();
    driver.create(layer);
    var _ =
        LayerUnpackers.create(SYS)
            .unpack(
                new ByteArrayInputStream(tar.toByteArray()),
                driver.diff(layer),
                LayerUnpacker.Whiteouts.OVERLAY,
                OutputStream.nullOutputStream());
    driver.setParent(layer, base);
    String next = id();
    driver.createReadWrite(next, layer);
    assertThat(comparable(tree(driver.mount(next)))).isEqualTo(wanted);
    driver.release(next);
  }

  /** Without what a tar cannot tell: fractions of seconds, and links to files in other layers. */
  private static Map<String, String> comparable(Map<String, String> tree) {
    Map<String, String> result = new TreeMap<>();
    withoutCounts(tree)
        .forEach(
            (name, text) ->
                result.put(
                    name,
                    text.replaceAll(" (\\d+)\\.\\d+ ", " $1 ")
                        .replaceAll(" trusted.overlay\\S+", "")));
    return result;
  }
}
