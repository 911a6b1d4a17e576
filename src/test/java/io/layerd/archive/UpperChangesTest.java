package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.Sys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpperChangesTest {
  private static final Sys SYS = Sys.host();

  @TempDir private Path directory = Path.of("");
  private Path below = directory;
  private Path upper = directory;

  @BeforeEach
  void trees() throws IOException {
    below = Files.createDirectories(directory.resolve("below"));
    upper = Files.createDirectories(directory.resolve("upper"));
    file(below, "etc/passwd", "root");
    file(below, "etc/group", "root");
    file(below, "gone/a/b", "x");
    file(below, "kept", "same");
    file(below, "swapped/inner", "x");
  }

  private static Path file(Path root, String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private void whiteout(String name) throws IOException {
    SYS.mknodat(Sys.AT_FDCWD, TarNames.bytes(upper.resolve(name).toString()), 0020000, 0, 0);
  }

  private static void same(Path from, Path to) throws IOException {
    Files.setLastModifiedTime(to, Files.getLastModifiedTime(from));
  }

  private List<String> ofUpper() {
    return text(UpperChanges.find(SYS, upper, below));
  }

  private static List<String> text(List<Change> changes) {
    return changes.stream().map(c -> c.kind().name().charAt(0) + " " + c.path()).toList();
  }

  @Test
  void anEmptyUpperDirectoryChangesNothing() {
    assertThat(ofUpper()).isEmpty();
  }

  @Test
  void parentsComeFirstAndCountAsChanged() throws IOException {
    file(upper, "etc/passwd", "root and more");
    file(upper, "new/sub/file", "x");
    whiteout("gone");
    assertThat(ofUpper())
        .containsExactly(
            "M /etc", "M /etc/passwd", "D /gone", "A /new", "A /new/sub", "A /new/sub/file");
  }

  @Test
  void aCopyThatDiffersInNothingIsNoChange() throws IOException {
    same(below.resolve("kept"), file(upper, "kept", "same"));
    same(below.resolve("etc/group"), file(upper, "etc/group", "root"));
    assertThat(ofUpper()).isEmpty();
    Files.setPosixFilePermissions(
        upper.resolve("kept"), PosixFilePermissions.fromString("rwx------"));
    assertThat(ofUpper()).containsExactly("M /kept");
  }

  @Test
  void wholeSecondsDecideWhereOneSideHasNoMore() throws IOException {
    file(upper, "kept", "same");
    Files.setLastModifiedTime(below.resolve("kept"), FileTime.fromMillis(5_000));
    Files.setLastModifiedTime(upper.resolve("kept"), FileTime.fromMillis(5_123));
    assertThat(ofUpper()).isEmpty();
    Files.setLastModifiedTime(below.resolve("kept"), FileTime.fromMillis(5_001));
    assertThat(ofUpper()).containsExactly("M /kept");
  }

  @Test
  void directoriesAreComparedByModeNotByTime() throws IOException {
    Files.createDirectory(upper.resolve("etc"));
    assertThat(ofUpper()).isEmpty();
    Files.setPosixFilePermissions(
        upper.resolve("etc"), PosixFilePermissions.fromString("rwx------"));
    assertThat(ofUpper()).containsExactly("M /etc");
  }

  @Test
  void anOpaqueDirectoryDeletesWhatItDoesNotHave() throws IOException {
    file(upper, "etc/own", "x");
    SYS.lsetxattr(
        TarNames.bytes(upper.resolve("etc").toString()), Whiteout.OPAQUE_XATTR, new byte[] {'y'});
    assertThat(ofUpper()).containsExactly("M /etc", "A /etc/own", "D /etc/group", "D /etc/passwd");
  }

  @Test
  void anotherTypeIsAModificationWhicheverWay() throws IOException {
    file(upper, "swapped", "now a file");
    file(upper, "kept/inner", "now a directory");
    assertThat(ofUpper()).containsExactly("M /kept", "A /kept/inner", "M /swapped");
  }

  @Test
  void aWhiteoutOfNothingIsNoChange() throws IOException {
    whiteout("never-there");
    assertThat(ofUpper()).isEmpty();
  }

  @Test
  void withNothingBelowAllIsNew() throws IOException {
    file(upper, "etc/passwd", "root");
    file(upper, "new", "x");
    assertThat(text(UpperChanges.find(SYS, upper, null)))
        .containsExactly("A /etc", "A /etc/passwd", "A /new");
  }
}
