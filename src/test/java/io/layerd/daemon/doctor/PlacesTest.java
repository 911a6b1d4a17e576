package io.layerd.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.daemon.doctor.Finding.Level;
import io.layerd.durable.FileLock;
import io.layerd.sys.ErrnoException;
import io.layerd.sys.Sys;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Checks of the places a daemon would use, on real disks. */
class PlacesTest {
  private final Sys sys = Sys.host();
  private Path directory;

  /** Not below /tmp, which may be no place for overlays. */
  @BeforeEach
  void directory() throws IOException {
    directory = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-test-doctor");
  }

  @AfterEach
  void remove() throws IOException {
    new io.layerd.sys.Trees(sys).delete(directory);
  }

  @Test
  void aGoodDataRootIsTriedOutAndLeftAsItWas() throws IOException {
    List<Finding> findings = new StorageTrial(sys, places(directory, null)).look();
    assertThat(findings).extracting(Finding::level).containsExactly(Level.OK, Level.OK);
    assertThat(findings.getLast().detail())
        .startsWith("overlay2, a test mount worked: ")
        .contains("Supports d_type true");
    assertThat(children(directory)).isEmpty();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(directory.toString());
    assertThat(new DataRootSpace(sys, directory).look().getFirst().detail())
        .startsWith(directory + " on ")
        .endsWith(" free");
  }

  @Test
  void aDataRootThatIsNotThereIsNotMade() throws IOException {
    Path none = directory.resolve("a/b");
    assertThat(new StorageTrial(sys, places(none, null)).look())
        .extracting(Finding::level)
        .containsExactly(Level.OK, Level.OK);
    assertThat(new DataRootSpace(sys, none).look().getFirst().detail())
        .startsWith(none + " (not there yet) on ");
    assertThat(children(directory)).isEmpty();
  }

  @Test
  void theDriverThatIsAskedForIsTriedOut() throws IOException {
    assertThat(new StorageTrial(sys, places(directory, "zfs")).look().getLast())
        .returns(Level.FAILURE, Finding::level)
        .returns("driver not supported: zfs", Finding::detail);
    assertThat(new StorageTrial(sys, places(directory, "vfs")).look().getLast())
        .returns(Level.OK, Finding::level)
        .returns("vfs", Finding::detail);
    assertThat(children(directory)).isEmpty();
  }

  @Test
  void aSmallDiskIsTooSmallAndAReadOnlyOneNoGood() throws ErrnoException {
    sys.mount("tmpfs", directory.toString(), "tmpfs", 0, "size=1m");
    try {
      assertThat(new DataRootSpace(sys, directory).look().getFirst().level())
          .isEqualTo(Level.FAILURE);
    } finally {
      sys.umount2(directory.toString(), Sys.MNT_DETACH);
    }
    sys.mount("tmpfs", directory.toString(), "tmpfs", Sys.MS_RDONLY, "size=200m");
    try {
      assertThat(new DataRootSpace(sys, directory).look().getFirst())
          .returns(Level.FAILURE, Finding::level)
          .extracting(Finding::detail)
          .asString()
          .endsWith("read-only");
      assertThat(new StorageTrial(sys, places(directory, null)).look())
          .extracting(Finding::level)
          .containsExactly(Level.FAILURE);
    } finally {
      sys.umount2(directory.toString(), Sys.MNT_DETACH);
    }
  }

  @Test
  void otherEnginesAreFound() throws IOException {
    OtherEngines check = new OtherEngines(HostFiles.HOST, sys, places(directory, null));
    assertThat(check.look()).extracting(Finding::level).containsExactly(Level.OK);

    Path database = directory.resolve("volumes/metadata.db");
    Files.createDirectories(database.getParent());
    Files.createFile(database);
    Files.createFile(directory.resolve(".layerd.lock"));
    Files.writeString(directory.resolve("pid"), "999999999");
    assertThat(check.look()).as("stale").extracting(Finding::level).containsExactly(Level.OK);

    Files.writeString(directory.resolve("pid"), Long.toString(ProcessHandle.current().pid()));
    try (FileLock _ = FileLock.tryAcquire(sys, database).orElseThrow();
        FileLock _ = FileLock.tryAcquire(sys, directory.resolve(".layerd.lock")).orElseThrow();
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      socket.bind(UnixDomainSocketAddress.of(directory.resolve("sock")));
      assertThat(check.look())
          .allMatch(finding -> finding.level() == Level.FAILURE)
          .extracting(Finding::detail)
          .containsExactly(
              "java, process %d, runs and is named in %s"
                  .formatted(ProcessHandle.current().pid(), directory.resolve("pid")),
              "a daemon answers on " + directory.resolve("sock"),
              "a layerd uses the data root " + directory,
              "a dockerd uses the data root " + directory);
    }
    Files.delete(directory.resolve("pid"));
    assertThat(check.look()).as("socket left").extracting(Finding::level).containsExactly(Level.OK);
  }

  private Places places(Path dataRoot, @Nullable String driver) {
    return new Places(
        List.of(directory.resolve("sock")),
        dataRoot,
        directory.resolve("pid"),
        driver,
        List.of(),
        null);
  }

  private static List<Path> children(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList();
    }
  }
}
