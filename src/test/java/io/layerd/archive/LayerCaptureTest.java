package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerCaptureTest {
  @TempDir private Path directory = Path.of("");

  /** One pass must give what writing the tar and unpacking it gives. */
  @Test
  void equalsDiffThenUnpack() throws Exception {
    try (Sandbox upper = new Sandbox();
        Sandbox unpacked = new Sandbox()) {
      upper.unpack(
          new TarBytes()
              .directory("d", 0750)
              .file("d/f", "content")
              .file("d/large", 0644, new byte[1_000_003])
              .file("empty", "")
              .owner(1000, 1001)
              .file("owned", "x")
              .symlink("link", "d/f")
              .hardLink("hard", "d/f")
              .file("d/.wh.deleted", "")
              .directory("opaque", 0755)
              .file("opaque/.wh..wh..opq", "")
              .file("opaque/new", "n")
              .end());
      Files.writeString(upper.root.resolve("ä".repeat(80)), "a long name that is no ASCII");
      ByteArrayOutputStream tar = new ByteArrayOutputStream();
      LayerDiff.write(Sandbox.SYS, upper.root, tar);
      UnpackResult expected = unpacked.unpack(tar.toByteArray()).result();

      Path layer = Files.createDirectory(directory.resolve("layer"));
      ByteArrayOutputStream split = new ByteArrayOutputStream();
      UnpackResult captured = LayerCapture.capture(Sandbox.SYS, upper.root, layer, split);

      assertThat(captured).isEqualTo(expected);
      assertThat(captured.diffId().digest()).isEqualTo(Digest.of(tar.toByteArray()));
      try (var again =
          TarSplit.assemble(Sandbox.SYS, new ByteArrayInputStream(split.toByteArray()), layer)) {
        assertThat(again.readAllBytes()).isEqualTo(tar.toByteArray());
      }
      clear(layer);
    }
  }

  @Test
  void nothingIsTheEmptyTar() throws Exception {
    Path upper = Files.createDirectory(directory.resolve("upper"));
    Path layer = Files.createDirectory(directory.resolve("layer"));
    ByteArrayOutputStream split = new ByteArrayOutputStream();
    UnpackResult captured = LayerCapture.capture(Sandbox.SYS, upper, layer, split);
    assertThat(captured.diffId().toString())
        .isEqualTo("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
    assertThat(captured.contentSizeBytes()).isZero();
  }

  @Test
  void theCopyIsIndependentOfTheOriginal() throws Exception {
    Path upper = Files.createDirectory(directory.resolve("upper"));
    Path layer = Files.createDirectory(directory.resolve("layer"));
    Files.writeString(upper.resolve("f"), "committed");
    LayerCapture.capture(Sandbox.SYS, upper, layer, new ByteArrayOutputStream());
    Files.writeString(upper.resolve("f"), "changed");
    assertThat(layer.resolve("f")).hasContent("committed");
  }

  private static void clear(Path layer) throws Exception {
    try (RootDirectory root = new RootDirectory(Sandbox.SYS, layer)) {
      new TreeRemover(Sandbox.SYS).removeAllBut(root.root(), TarNames.EMPTY, _ -> false);
    }
  }
}
