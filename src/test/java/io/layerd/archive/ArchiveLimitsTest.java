package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.layerd.archive.LayerUnpacker.Whiteouts;
import io.layerd.error.InvalidParameter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Small archives that want to be large. */
class ArchiveLimitsTest {
  private static void unpack(Sandbox box, UnpackLimits limits, byte[] tar) throws IOException {
    var _ =
        LayerUnpackers.create(Sandbox.SYS, limits)
            .unpack(
                new ByteArrayInputStream(tar),
                box.root,
                Whiteouts.OVERLAY,
                OutputStream.nullOutputStream());
  }

  @Test
  void entriesAreCounted() throws IOException {
    try (Sandbox box = new Sandbox()) {
      TarBytes tar = new TarBytes();
      for (int i = 0; i < 10; i++) {
        tar.file("f" + i, "");
      }
      unpack(box, new UnpackLimits(10, 1), tar.end());
      box.clear();
      byte[] more = tar.symlink("one", "more").end();
      assertThatThrownBy(() -> unpack(box, new UnpackLimits(10, 1), more))
          .isInstanceOf(InvalidParameter.class)
          .hasMessage("archive has more than 10 entries, the limit of layer.max-entries");
    }
  }

  @Test
  void sizesAreRefusedBeforeAnythingIsWritten() throws IOException {
    try (Sandbox box = new Sandbox()) {
      byte[] tar = new TarBytes().file("a", "12345").file("b", "123456").end();
      unpack(box, new UnpackLimits(10, 11), tar);
      box.clear();
      assertThatThrownBy(() -> unpack(box, new UnpackLimits(10, 10), tar))
          .isInstanceOf(InvalidParameter.class)
          .hasMessage("archive makes more than 10 bytes of files, the limit of layer.max-size");
      assertThat(box.names()).containsExactly("a");
    }
  }

  private static void drain(byte[] compressed) throws IOException {
    try (InputStream in = Compression.open(new ByteArrayInputStream(compressed))) {
      in.transferTo(OutputStream.nullOutputStream());
    }
  }

  @Test
  void bombsAreRefusedByTheirRatio() throws IOException {
    byte[] block = Zstd.compress(new byte[64 << 20]);
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    for (int i = 0; i < 17; i++) {
      bomb.writeBytes(block);
    }
    assertThatThrownBy(() -> drain(bomb.toByteArray()))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(
            "archive expands to more than 2000 times its size, the limit of layer.max-ratio");
    // what is small may expand as it likes
    drain(block);
  }

  @Test
  void theRatioIsThatOfTheWholeArchive() throws IOException {
    byte[] compressed = {1, 2, 3};
    RatioGuard.Counted counted = new RatioGuard.Counted(new ByteArrayInputStream(compressed));
    assertThat(counted.read()).isEqualTo(1);
    InputStream large = new ByteArrayInputStream(new byte[100]);
    RatioGuard guard = new RatioGuard(large, counted, 10, 20);
    assertThat(guard.readNBytes(19)).hasSize(19);
    assertThatThrownBy(guard::readAllBytes).isInstanceOf(InvalidParameter.class);
    var _ = counted.readAllBytes();
    RatioGuard more = new RatioGuard(new ByteArrayInputStream(new byte[30]), counted, 10, 20);
    assertThat(more.readAllBytes()).hasSize(30);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  private static String gunzip(byte[] bytes) throws IOException {
    try (InputStream in = Compression.open(new ByteArrayInputStream(bytes))) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] c = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, c, a.length, b.length);
    return c;
  }

  @Test
  void gzipMembersInARowAreOneStream() throws IOException {
    byte[] two = concat(gzip("one "), gzip("two"));
    assertThat(gunzip(two)).isEqualTo("one two");
    assertThat(gunzip(concat(two, new byte[1000]))).as("padding").isEqualTo("one two");
    assertThat(gunzip(concat(two, new byte[] {0x1f}))).as("no member").isEqualTo("one two");
  }

  @Test
  void gzipThatIsCutAnywhereIsNoticed() throws IOException {
    byte[] first = gzip("one ");
    byte[] whole = concat(first, gzip("two"));
    for (int length = 3; length < whole.length; length++) {
      if (length <= first.length + 2 && length >= first.length) {
        continue; // a whole member, and what is not enough of another
      }
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> gunzip(cut))
          .as("cut to %d", length)
          .isInstanceOf(InvalidParameter.class)
          .hasMessage("unexpected EOF");
    }
  }

  @Test
  void aWrongChecksumOrLengthIsAnError() throws IOException {
    byte[] whole = gzip("some text");
    for (int i = 1; i <= 8; i++) {
      byte[] damaged = whole.clone();
      damaged[whole.length - i] ^= 1;
      assertThatThrownBy(() -> gunzip(damaged))
          .isInstanceOf(InvalidParameter.class)
          .hasMessage("gzip: invalid checksum");
    }
  }
}
