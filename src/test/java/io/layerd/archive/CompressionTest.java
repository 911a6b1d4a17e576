package io.layerd.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.layerd.error.InvalidParameter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CompressionTest {
  private static final byte[] CONTENT = content();

  private static byte[] content() {
    byte[] content = new byte[300_000];
    new Random(5).nextBytes(content);
    Arrays.fill(content, 1000, 100_000, (byte) 'a');
    return content;
  }

  private interface Packer {
    OutputStream open(OutputStream out) throws IOException;
  }

  private static byte[] pack(Compression compression) throws IOException {
    Packer packer =
        switch (compression) {
          case NONE -> out -> out;
          case GZIP -> GZIPOutputStream::new;
          case ZSTD ->
              out -> {
                out.write(Zstd.compress(CONTENT));
                return OutputStream.nullOutputStream();
              };
          case XZ -> out -> new XZOutputStream(out, new LZMA2Options(0));
          case BZIP2 -> out -> new BZip2CompressorOutputStream(out, 1);
        };
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = packer.open(packed)) {
      out.write(CONTENT);
    }
    return packed.toByteArray();
  }

  private static byte[] unpack(byte[] packed) throws IOException {
    try (InputStream in = Compression.open(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByMagicAndUndone(Compression compression) throws IOException {
    byte[] packed = pack(compression);
    assertThat(Compression.detect(packed, 6)).isEqualTo(compression);
    assertThat(unpack(packed)).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void truncation(Compression compression) throws IOException {
    byte[] packed = pack(compression);
    for (int cut : new int[] {7, packed.length / 2, packed.length - 5}) {
      assertThatThrownBy(() -> unpack(Arrays.copyOf(packed, cut)))
          .as("%s cut to %d", compression, cut)
          .isInstanceOf(InvalidParameter.class)
          .hasMessage("unexpected EOF");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void errorsOfTheStreamAreNotTakenForCorruption(Compression compression) throws IOException {
    byte[] packed = pack(compression);
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(packed, 0, packed.length / 2),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("connection reset");
              }
            });
    assertThatThrownBy(() -> Compression.open(broken).readAllBytes())
        .isInstanceOf(IOException.class)
        .hasMessage("connection reset");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void randomDamageIsRefusedOrHarmless(Compression compression) throws IOException {
    byte[] packed = pack(compression);
    Random random = new Random(7);
    for (int i = 0; i < 60; i++) {
      byte[] damaged = packed.clone();
      damaged[6 + random.nextInt(packed.length - 6)] ^= (byte) (1 + random.nextInt(255));
      try {
        assertThat(unpack(damaged)).hasSizeLessThanOrEqualTo(1 << 30);
      } catch (InvalidParameter e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void emptyAndShortStreamsArePlain() throws IOException {
    assertThat(unpack(new byte[0])).isEmpty();
    assertThat(unpack(new byte[] {0x1f, (byte) 0x8b})).hasSize(2);
  }

  @Test
  void crc64OfTheCheckString() {
    Crc64 crc = new Crc64();
    byte[] text = TarBytes.bytes("123456789");
    crc.update(text, 0, text.length);
    assertThat(crc.value()).isEqualTo(0xB90956C775A41001L);
    crc.reset();
    crc.update(text, 0, 3);
    crc.update(text, 3, 6);
    assertThat(crc.value()).isEqualTo(0xB90956C775A41001L);
  }
}
