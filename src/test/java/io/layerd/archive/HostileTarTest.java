package io.layerd.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a tar says, nothing outside the root changes. Messages are those of dockerd 28.5. */
class HostileTarTest {
  private Sandbox box;

  @BeforeEach
  void prepare() throws IOException {
    box = new Sandbox();
  }

  @AfterEach
  void clean() throws IOException {
    assertThat(box.outsideUnchanged()).isTrue();
    box.close();
  }

  private void refused(byte[] tar, String message) throws IOException {
    assertThatThrownBy(() -> box.unpack(tar))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(message);
    assertThat(box.outsideUnchanged()).isTrue();
    box.clear();
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  @Test
  void namesThatClimbOut() throws IOException {
    refused(tar().file("../evil", "x").end(), "invalid entry name \"../evil\"");
    refused(tar().file("a/../../evil", "x").end(), "invalid entry name \"a/../../evil\"");
    refused(tar().file("/../evil", "x").end(), "invalid entry name \"/../evil\"");
    refused(tar().directory("../", 0777).end(), "invalid entry name \"../\"");
    refused(tar().symlink("../evil", "x").end(), "invalid entry name \"../evil\"");
    refused(tar().hardLink("../evil", "x").end(), "invalid entry name \"../evil\"");
    refused(tar().file("../.wh.evil", "").end(), "invalid entry name \"../.wh.evil\"");
  }

  @Test
  void hardLinksThatClimbOut() throws IOException {
    refused(tar().hardLink("h", "../evil").end(), "invalid hardlink target \"../evil\"");
    refused(tar().hardLink("h", "nope").end(), "linkat nope h: no such file or directory");
    refused(
        tar().symlink("up", box.base.toString()).hardLink("h", "up/around/secret").end(),
        "linkat up/around/secret h: no such file or directory");
    refused(
        tar().file("a", "").hardLink("d/h", "d/h").end(),
        "linkat d/h d/h: no such file or directory");
  }

  @Test
  void symbolicLinksOnTheWayStayInside() throws IOException {
    box.unpack(
        tar()
            .symlink("abs", box.base + "/around")
            .file("abs/secret", "changed")
            .symlink("up", "../../../../../../..")
            .file("up/evil", "inside")
            .symlink("chain", "abs/layers")
            .file("chain/evil", "inside")
            .file("up/.wh.gone", "")
            .end());
    assertThat(Files.readString(box.root.resolve("evil"))).isEqualTo("inside");
    assertThat(Files.exists(box.root.resolve(box.base.toString().substring(1) + "/around/secret")))
        .isTrue();
    assertThat(box.stat("gone").isWhiteout()).isTrue();
  }

  @Test
  void aLinkInTheFilesPlaceIsReplacedNotFollowed() throws IOException {
    String secret = box.base + "/around/secret";
    box.unpack(
        tar()
            .symlink("d/a", secret)
            .symlink("l", "d")
            .file("l/a", "mine")
            .symlink("d/b", secret)
            .directory("l/b", 0777)
            .symlink("d/c", secret)
            .entry('6', "l/c".getBytes(UTF_8), "", 0777, new byte[0])
            .symlink("d/e", secret)
            .hardLink("l/e2", "l/e")
            .end());
    assertThat(Files.readString(box.root.resolve("d/a"))).isEqualTo("mine");
    assertThat(box.stat("d/b").isDirectory()).isTrue();
  }

  @Test
  void aDirectoryThatBecomesALink() throws IOException {
    // the cached directory must not be used once its name means something else
    box.unpack(
        tar()
            .directory("d", 0755)
            .file("d/one", "1")
            .symlink("x", "/")
            .symlink("x/d", box.base + "/around/layers")
            .file("d/evil", "inside")
            .directory("d/other", 0700)
            .end());
    assertThat(box.stat("d").isSymlink()).isTrue();
    assertThat(
            Files.readString(
                box.root.resolve(box.base.toString().substring(1) + "/around/layers/evil")))
        .isEqualTo("inside");
  }

  @Test
  void danglingAndCircularLinks() throws IOException {
    box.unpack(tar().symlink("s", "no/where").file("s/f", "f").end());
    assertThat(Files.readString(box.root.resolve("no/where/f"))).isEqualTo("f");
    box.clear();
    refused(
        tar().symlink("s", "s").file("s/f", "").end(),
        "openat s/f: too many levels of symbolic links");
    refused(tar().file("a", "").file("a/b", "").end(), "openat a/b: not a directory");
  }

  @Test
  void whiteoutsOfNothing() throws IOException {
    refused(tar().file(".wh.", "").end(), "invalid whiteout entry \".wh.\"");
    refused(tar().file(".wh..", "").end(), "invalid whiteout entry \".wh..\"");
    refused(tar().file("d/.wh...", "").end(), "invalid whiteout entry \"d/.wh...\"");
  }

  @Test
  void typesNobodyKnows() throws IOException {
    refused(
        tar().entry('7', "a".getBytes(UTF_8), "", 0, new byte[3]).end(),
        "unhandled tar header type 55");
    refused(
        tar().entry('V', "a".getBytes(UTF_8), "", 0, new byte[0]).end(),
        "unhandled tar header type 86");
  }

  @Test
  void tarsThatEndTooEarly() throws IOException {
    byte[] whole = tar().file("a", 0644, new byte[600]).end();
    refused(Arrays.copyOf(whole, 700), "unexpected EOF");
    refused(Arrays.copyOf(whole, 300), "unexpected EOF");
    box.roundTrip(Arrays.copyOf(whole, 512 + 600));
    box.clear();
    box.roundTrip(Arrays.copyOf(whole, 1536));
    box.clear();
    box.roundTrip(Arrays.copyOf(whole, 2048));
    box.clear();
    box.roundTrip(new byte[0]);
  }

  @Test
  void headersThatAreNone() throws IOException {
    byte[] bad = tar().file("a", "x").end();
    bad[150] ^= 1;
    refused(bad, "archive/tar: invalid tar header");
    refused("hello world".repeat(100).getBytes(UTF_8), "archive/tar: invalid tar header");
    byte[] zeroThenMore = Arrays.copyOf(new byte[512], 512 + bad.length);
    System.arraycopy(bad, 0, zeroThenMore, 512, bad.length);
    refused(zeroThenMore, "archive/tar: invalid tar header");
    refused(
        tar().entry('x', "x".getBytes(UTF_8), "", 0, "11 pth=evil\n".getBytes(UTF_8)).end(),
        "archive/tar: invalid tar header");
    refused(tar().pax("path=a\0b").file("x", "").end(), "archive/tar: invalid tar header");
    refused(tar().pax("size=-1").file("x", "").end(), "archive/tar: invalid tar header");
  }

  @Test
  void extendedHeadersAreLimited() throws IOException {
    refused(
        tar().entry('x', "x".getBytes(UTF_8), "", 0, new byte[(1 << 20) + 1]).end(),
        "archive/tar: header field too long");
    refused(
        tar().gnu().entry('L', "x".getBytes(UTF_8), "", 0, new byte[(1 << 20) + 1]).end(),
        "archive/tar: header field too long");
    // claims 8 GiB and has nothing
    refused(
        tar().header(tar().header('x', "x".getBytes(UTF_8), "", 0, 1L << 32)).end(),
        "archive/tar: header field too long");
    refused(
        tar().pax("SCHILY.xattr.user.a=" + "b".repeat(100_000)).file("x", "").end(),
        "fsetxattr x: argument list too long");
    refused(
        tar().pax("SCHILY.xattr.bogus.a=b").file("x", "").end(),
        "fsetxattr x: operation not supported");
  }

  @Test
  void namesThatAreTooLong() throws IOException {
    String name = "a".repeat(300);
    refused(
        tar().pax("path=" + name).file("x", "").end(), "openat " + name + ": file name too long");
    String deep = String.join("/", java.util.Collections.nCopies(25, "b".repeat(200)));
    refused(
        tar().pax("path=" + deep).file("x", "").end(), "openat " + deep + ": file name too long");
    String huge = "c/".repeat(500_000) + "d";
    assertThatThrownBy(() -> box.unpack(tar().pax("path=" + huge).file("x", "").end()))
        .isInstanceOf(InvalidParameter.class);
    assertThatThrownBy(() -> box.unpack(tar().pax("linkpath=" + huge).symlink("x", "").end()))
        .isInstanceOf(InvalidParameter.class);
  }

  @Test
  void overlayMarksAreNotALayersToSet() throws IOException {
    box.unpack(tar().pax("SCHILY.xattr.trusted.overlay.redirect=/etc").directory("d", 0755).end());
    assertThatThrownBy(() -> box.xattr("d", "trusted.overlay.redirect"))
        .hasMessageContaining("ENODATA");
  }

  @Test
  void globalHeadersAreIgnoredHoweverMany() throws IOException {
    byte[] record = TarBytes.record("path=evil".getBytes(UTF_8));
    box.roundTrip(
        tar()
            .entry('g', "g".getBytes(UTF_8), "", 0, record)
            .entry('g', "g".getBytes(UTF_8), "", 0, record)
            .file("q", "q")
            .end());
    assertThat(box.names()).containsExactly("q");
  }

  @Test
  void linksThatClaimASize() throws IOException {
    byte[] header = tar().header('1', "b".getBytes(UTF_8), "a", 0644, 1);
    box.roundTrip(tar().file("a", "x").header(header).end());
    assertThat(box.names()).containsExactly("a", "b");
  }

  @Test
  void aDirectoryThatIsSwappedForALinkMeanwhile() throws Exception {
    // somebody else in the root swaps a directory for a link that leads out, all the time
    Path directory = box.root.resolve("d");
    Path aside = box.root.resolve("aside");
    Path link = box.root.resolve("link");
    AtomicBoolean stop = new AtomicBoolean();
    Files.createDirectory(directory);
    Files.createSymbolicLink(link, box.base.resolve("around/layers/other"));
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    swap(directory, aside);
                    swap(link, directory);
                    swap(directory, link);
                    swap(aside, directory);
                  }
                });
    try {
      for (int round = 0; round < 30; round++) {
        TarBytes tar = tar();
        for (int i = 0; i < 50; i++) {
          tar.file("d/s" + round + "/f" + i, "inside").hardLink("d/h" + round + "-" + i, "d/f");
        }
        try {
          box.unpack(tar.end());
        } catch (InvalidParameter e) {
          assertThat(e.getMessage()).isNotEmpty();
        }
      }
    } finally {
      stop.set(true);
      swapper.join();
    }
    assertThat(Files.list(box.base.resolve("around/layers/other"))).hasSize(1);
  }

  private static void swap(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // the unpacker had made a directory of that name: the next round goes on
    }
  }
}
