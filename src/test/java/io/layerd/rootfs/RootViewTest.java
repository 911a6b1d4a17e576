package io.layerd.rootfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.archive.ArchiveExtraction.Options;
import io.layerd.archive.TarEntry;
import io.layerd.archive.TarWriter;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.error.SystemFailure;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootViewTest {
  private final RootView views = new RootView(Sys.host());

  @TempDir private Path directory = Path.of("");
  private Path layers = directory;
  private Path volume = directory;
  private String mountsBefore = "";

  @BeforeEach
  void files() throws IOException {
    layers = Files.createDirectories(directory.resolve("layers"));
    volume = Files.createDirectories(directory.resolve("volume"));
    Files.writeString(directory.resolve("secret"), "secret");
    Files.createDirectories(layers.resolve("etc"));
    Files.writeString(layers.resolve("etc/passwd"), "root:x:0:0:::");
    Files.writeString(volume.resolve("inside"), "of the volume");
    link("link", "/etc");
    link("climb", "../../../../../../etc");
    link("host", directory.toString());
    link("dangling", "/nowhere/at/all");
    link("loop", "loop");
    mountsBefore = Files.readString(Path.of("/proc/self/mountinfo"));
  }

  private void link(String name, String target) throws IOException {
    Files.createSymbolicLink(layers.resolve(name), Path.of(target));
  }

  private <T> T show(RootView.Work<T> work, Graft... grafts) throws IOException {
    return views.show(layers, List.of(grafts), work);
  }

  private PathStat stat(String path) throws IOException {
    return show(root -> root.stat(path));
  }

  private byte[] archive(String path, Graft... grafts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    show(
        root -> {
          root.archive(path, _ -> out);
          return true;
        },
        grafts);
    return out.toByteArray();
  }

  private static byte[] tar(String name, String content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarWriter tar = new TarWriter(out)) {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      tar.entry(TarEntry.file(name, 0644, bytes.length, 0), bytes);
    }
    return out.toByteArray();
  }

  private void extract(String directory, byte[] tar, Graft... grafts) throws IOException {
    show(
        root -> {
          String resolved = root.directory(directory);
          root.extract(resolved, new ByteArrayInputStream(tar), new Options(false, resolved, null));
          return true;
        },
        grafts);
  }

  @Test
  void aLinkAtTheEndIsFollowedOnlyWithASlash() throws IOException {
    assertThat(stat("/link").linkTarget()).isEqualTo("/etc");
    assertThat(stat("/link").isDirectory()).isFalse();
    assertThat(stat("/link/").isDirectory()).isTrue();
    assertThat(stat("link/.").name()).isEqualTo(".");
    assertThat(stat("/climb").linkTarget()).isEqualTo("/etc");
    assertThat(stat("/climb/passwd").sizeBytes()).isEqualTo(13);
    assertThat(stat("/dangling").linkTarget()).isEqualTo("/nowhere/at/all");
    assertThat(stat("/../etc/../etc/passwd").name()).isEqualTo("passwd");
  }

  @Test
  void whatIsMissingOrNoDirectoryIsToldApart() {
    assertThatThrownBy(() -> stat("/nope")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> stat("/dangling/")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> stat("/etc/passwd/"))
        .isInstanceOf(SystemFailure.class)
        .hasMessage("lstat /etc/passwd/: not a directory");
    assertThatThrownBy(() -> stat("/etc/passwd/x"))
        .hasMessage("lstat /etc/passwd/x: not a directory");
    assertThatThrownBy(() -> stat("/loop"))
        .hasMessage("evalSymlinksInScope: too many links in /loop");
    assertThatThrownBy(() -> show(root -> root.directory("/etc/passwd")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("extraction point is not a directory");
  }

  @Test
  void theHostIsOutOfReach() {
    assertThatThrownBy(() -> stat("/host/secret")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> archive("/host/secret")).isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> extract("/host", tar("secret", "overwritten")))
        .isInstanceOf(NotFound.class);
    assertThat(directory.resolve("secret")).hasContent("secret");
  }

  @Test
  void volumesAreSeenWhereTheyAreMountedAndNowhereElse() throws IOException {
    Graft graft = new Graft(volume, "/data/volume", false, true);
    assertThat(new String(archive("/data", graft), StandardCharsets.UTF_8))
        .startsWith("data/")
        .contains("data/volume/inside", "of the volume");
    extract("/data/volume", tar("new", "copied"), graft);
    assertThat(volume.resolve("new")).hasContent("copied");
    assertThat(layers.resolve("data/volume")).isEmptyDirectory();
    assertThat(Path.of("/proc/self/mountinfo")).hasContent(mountsBefore);
  }

  @Test
  void theKernelKeepsReadOnlyMountsReadOnly() {
    Graft graft = new Graft(volume, "/data", true, true);
    assertThatThrownBy(() -> extract("/data", tar("new", "x"), graft))
        .hasMessageContaining("read-only file system");
    assertThat(volume.resolve("new")).doesNotExist();
  }

  @Test
  void filesCanBeMountedToo() throws IOException {
    Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 localhost");
    Graft graft = new Graft(hosts, "/etc/hosts", false, true);
    assertThat(new String(archive("/etc/hosts", graft), StandardCharsets.UTF_8))
        .contains("127.0.0.1 localhost");
    assertThatThrownBy(() -> extract("/etc", tar("hosts", "x"), graft))
        .hasMessage("RemoveAll hosts: device or resource busy");
  }

  @Test
  void aMountBehindALinkLandsInsideTheRoot() throws IOException {
    // the container's image decides where its links lead, never the host's files
    Graft graft = new Graft(volume, "/host/mounted", false, true);
    assertThat(show(root -> root.stat("/host/mounted/inside"), graft).sizeBytes()).isEqualTo(13);
    assertThat(directory.resolve("mounted")).doesNotExist();
    assertThat(layers.resolve(directory.toString().substring(1)).resolve("mounted")).exists();
  }

  @Test
  void aLinkPutInTheWayMeanwhileLeadsNowhere() throws IOException {
    Files.createDirectory(layers.resolve("d"));
    assertThatThrownBy(
            () ->
                show(
                    root -> {
                      String resolved = root.directory("/d");
                      Files.delete(layers.resolve("d"));
                      link("d", "/etc");
                      root.extract(
                          resolved,
                          new ByteArrayInputStream(tar("new", "x")),
                          new Options(false, resolved, null));
                      return true;
                    }))
        .isInstanceOf(SystemFailure.class)
        .hasMessageContaining("too many levels of symbolic links");
    assertThat(Files.exists(layers.resolve("etc/new"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
