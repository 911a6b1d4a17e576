package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.archive.ArchiveExtraction.Options;
import io.layerd.archive.ArchiveExtraction.Owner;
import io.layerd.error.InvalidParameter;
import io.layerd.error.NotFound;
import io.layerd.sys.Sys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArchiveExtractionTest {
  private final Sandbox box;

  ArchiveExtractionTest() throws IOException {
    box = new Sandbox();
  }

  @AfterEach
  void close() throws IOException {
    box.close();
  }

  private void extract(byte[] tar, boolean keepKinds, @Nullable Owner owner) throws IOException {
    int fd =
        Sandbox.SYS.openat(
            Sys.AT_FDCWD, TarNames.bytes(box.root.toString()), Sys.O_RDONLY | Sys.O_DIRECTORY, 0);
    ArchiveExtraction.extract(
        Sandbox.SYS, fd, new ByteArrayInputStream(tar), new Options(keepKinds, "/there", owner));
  }

  private void extract(TarBytes tar) throws IOException {
    extract(tar.end(), false, null);
  }

  @Test
  void mergesDirectoriesAndReplacesFiles() throws IOException {
    extract(new TarBytes().file("d/old", "old").file("d/f", "1").end(), false, null);
    extract(
        new TarBytes().directory("d", 0700).file("d/f", "2").file("d/f", "3").end(), false, null);
    assertThat(box.names()).containsExactly("d", "d/f", "d/old");
    assertThat(box.root.resolve("d/f")).hasContent("3");
    assertThat(box.stat("d").permissions()).isEqualTo(0700);
  }

  @Test
  void namesOfWhiteoutsAreNames() throws IOException {
    extract(new TarBytes().file("d/a", "a").file("d/.wh.a", "").file("d/.wh..wh..opq", ""));
    assertThat(box.names()).containsExactly("d", "d/.wh..wh..opq", "d/.wh.a", "d/a");
  }

  @Test
  void climbingOutIsRefused() throws IOException {
    assertThatThrownBy(() -> extract(new TarBytes().file("../../evil", "x")))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("invalid entry name \"../../evil\"");
    assertThat(box.outsideUnchanged()).isTrue();
  }

  @Test
  void linksLeadNowhereElse() throws IOException {
    extract(
        new TarBytes()
            .symlink("abs", box.base + "/around")
            .symlink("rel", "../../../../../../../../.." + box.base + "/around")
            .file("abs/secret", "overwritten")
            .file("rel/layers/evil", "overwritten"));
    assertThat(box.outsideUnchanged()).isTrue();
    // what the links mean when this directory is the root
    assertThat(box.root.resolve(box.base.toString().substring(1) + "/around/secret"))
        .hasContent("overwritten");
  }

  @Test
  void hardLinksToTheOutsideAreNotFound() throws IOException {
    assertThatThrownBy(() -> extract(new TarBytes().hardLink("h", "/around/secret")))
        .isInstanceOf(NotFound.class);
    assertThatThrownBy(() -> extract(new TarBytes().hardLink("h", "../../secret")))
        .isInstanceOf(InvalidParameter.class);
    assertThat(box.outsideUnchanged()).isTrue();
  }

  @Test
  void overlayAttributesAreNotTheArchivesToSet() throws IOException {
    byte[] tar =
        new TarBytes()
            .pax("SCHILY.xattr.trusted.overlay.opaque=y")
            .directory("d", 0755)
            .pax("SCHILY.xattr.user.mine=1")
            .file("f", "x")
            .end();
    extract(tar, false, null);
    assertThatThrownBy(() -> box.xattr("d", "trusted.overlay.opaque"))
        .isInstanceOf(IOException.class);
    assertThat(box.xattr("f", "user.mine")).isEqualTo("1");
  }

  @Test
  void kindsAreKeptOnRequest() throws IOException {
    Files.createDirectory(box.root.resolve("d"));
    Files.createFile(box.root.resolve("f"));
    assertThatThrownBy(() -> extract(new TarBytes().file("d", "x").end(), true, null))
        .hasMessage("cannot overwrite directory \"d\" with non-directory \"/there\"");
    assertThatThrownBy(() -> extract(new TarBytes().directory("f", 0755).end(), true, null))
        .hasMessage("cannot overwrite non-directory \"f\" with directory \"/there\"");
    extract(new TarBytes().directory("d", 0755).file("f", "new").end(), true, null);
    assertThat(box.root.resolve("f")).hasContent("new");
  }

  @Test
  void anOwnerReplacesThoseOfTheArchive() throws IOException {
    extract(
        new TarBytes().directory("d", 0755).file("d/f", "x").symlink("l", "x").end(),
        false,
        new Owner(1000, 1001));
    for (String name : new String[] {"d", "d/f", "l"}) {
      assertThat(box.stat(name).uid()).as(name).isEqualTo(1000);
      assertThat(box.stat(name).gid()).as(name).isEqualTo(1001);
    }
  }

  @Test
  void anArchiveThatEndsInTheMiddleIsAnError() throws IOException {
    byte[] whole = new TarBytes().file("f", "x".repeat(5000)).end();
    assertThatThrownBy(() -> extract(java.util.Arrays.copyOf(whole, 2048), false, null))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage("unexpected EOF");
  }
}
