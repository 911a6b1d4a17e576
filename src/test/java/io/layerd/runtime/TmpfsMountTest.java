package io.layerd.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.runtime.LaunchRequest.BindMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TmpfsMountTest {
  @TempDir Path rootfs;

  private List<String> over(String destination, String... options) {
    BindMount mount = new BindMount("tmpfs", "tmpfs", destination, List.of(options));
    return TmpfsMount.withModeOfCovered(mount, rootfs).options();
  }

  @Test
  void theModeOfTheDirectoryBelowIsKept() throws IOException {
    Path data = Files.createDirectories(rootfs.resolve("a/data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-x---"));
    Files.createSymbolicLink(rootfs.resolve("link"), Path.of("a"));
    Files.writeString(rootfs.resolve("file"), "");
    assertThat(over("/a/data", "nodev")).containsExactly("nodev", "mode=750");
    assertThat(over("/a/data/", "mode=700")).containsExactly("mode=700");
    assertThat(over("/a/new")).isEmpty();
    assertThat(over("/link/data")).isEmpty();
    assertThat(over("/file")).isEmpty();
    assertThat(over("/../a/data")).as("never above the root").containsExactly("mode=750");
  }
}
