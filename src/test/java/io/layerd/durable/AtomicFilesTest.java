package io.layerd.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  private final AtomicFiles files = AtomicFiles.host();
  @TempDir Path dir;

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void replacesWholeFilesWithTheModeAsked() throws IOException {
    Path file = dir.resolve("repositories.json");
    files.write(file, "one", 0600);
    files.write(file, "two, longer", 0666);
    assertThat(file).hasContent("two, longer");
    assertThat(mode(file)).isEqualTo("rw-rw-rw-");
    try (var names = Files.list(dir)) {
      assertThat(names).containsExactly(file);
    }
  }

  @Test
  void leavesNothingWhenTheRenameFails() throws IOException {
    Path target = dir.resolve("taken");
    Files.createDirectories(target.resolve("full"));
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> files.write(target, "x", 0600));
    try (var names = Files.list(dir)) {
      assertThat(names).containsExactly(target);
    }
  }

  @Test
  void knowsItsTemporaryNames() {
    assertThat(AtomicFiles.isTemporary(".tmp-hostconfig.json123")).isTrue();
    assertThat(AtomicFiles.isTemporary("hostconfig.json")).isFalse();
  }

  @Test
  void createRefusesAnExistingFile() throws IOException {
    Path file = dir.resolve("link");
    files.create(file, new byte[] {1}, 0644);
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> files.create(file, new byte[] {2}, 0644));
    assertThat(mode(file)).isEqualTo("rw-r--r--");
  }

  @Test
  void commitsAWriteSetAsAWhole() throws IOException {
    Path target = dir.resolve("chain");
    byte[] large = new byte[200_000];
    large[199_999] = 9;
    try (WriteSet set = files.begin(dir)) {
      set.put("size", "12");
      try (OutputStream out = set.create("tar-split.json.gz")) {
        out.write(7);
        out.write(large);
      }
      assertThat(set.directory().getFileName().toString()).startsWith("write-set-");
      set.commit(target, 0700);
    }
    assertThat(mode(target)).isEqualTo("rwx------");
    assertThat(mode(target.resolve("size"))).isEqualTo("rw-r--r--");
    assertThat(target.resolve("size")).hasContent("12");
    assertThat(Files.size(target.resolve("tar-split.json.gz"))).isEqualTo(200_001);
  }

  @Test
  void anAbandonedWriteSetIsGone() throws IOException {
    try (WriteSet set = files.begin(dir)) {
      set.put("a", "1");
    }
    try (var names = Files.list(dir)) {
      assertThat(names).isEmpty();
    }
  }

  @Test
  void aTakenNameKeepsItsContent() throws IOException {
    Path target = Files.createDirectory(dir.resolve("chain"));
    Files.writeString(target.resolve("size"), "old");
    try (WriteSet set = files.begin(dir)) {
      set.put("size", "new");
      assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> set.commit(target, 0700));
    }
    assertThat(target.resolve("size")).hasContent("old");
    try (var names = Files.list(dir)) {
      assertThat(names).containsExactly(target);
    }
  }

  @Test
  void renamesAcrossDirectories() throws IOException {
    Path from = Files.createDirectories(dir.resolve("a/x"));
    Path to = Files.createDirectory(dir.resolve("b")).resolve("y");
    files.rename(from, to);
    files.syncDirectory(dir);
    files.syncFileSystem(dir);
    assertThat(to).isDirectory();
    assertThat(from).doesNotExist();
  }

  @Test
  void aLockIsExclusiveAndEndsWithItsHolder() throws Exception {
    Path file = dir.resolve("daemon.lock");
    FileLock held = FileLock.tryAcquire(Sys.host(), file).orElseThrow();
    assertThat(FileLock.tryAcquire(Sys.host(), file)).isEmpty();
    held.close();
    held.close();
    try (FileLock again = FileLock.acquire(Sys.host(), file)) {
      Process other =
          new ProcessBuilder("flock", "-n", file.toString(), "true").inheritIO().start();
      assertThat(other.waitFor()).isEqualTo(1);
      assertThat(again).isNotNull();
    }
    Process holder =
        new ProcessBuilder("flock", file.toString(), "sh", "-c", "echo locked; exec sleep 60")
            .start();
    assertThat(holder.inputReader().readLine()).isEqualTo("locked");
    assertThat(FileLock.tryAcquire(Sys.host(), file)).isEmpty();
    holder.descendants().forEach(ProcessHandle::destroyForcibly);
    holder.destroyForcibly().waitFor();
    FileLock.acquire(Sys.host(), file).close();
  }
}
