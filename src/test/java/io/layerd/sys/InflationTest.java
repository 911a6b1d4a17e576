package io.layerd.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InflationTest {
  private static final int HEADER_BYTES = 10;

  private final Random random = new Random(3);

  static Stream<Supplier<Inflation>> all() {
    return Stream.of(JavaInflation::new, IsalInflation::new);
  }

  private byte[] content(int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    for (int at = 0; at + 2000 < length; at += 5000) {
      Arrays.fill(content, at, at + 2000, (byte) random.nextInt());
    }
    return content;
  }

  private static byte[] body(byte[] content, int level) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out =
        new GZIPOutputStream(packed) {
          {
            def.setLevel(level);
          }
        }) {
      out.write(content);
    }
    return Arrays.copyOfRange(packed.toByteArray(), HEADER_BYTES, packed.size());
  }

  /** Feeds pieces of random length; what was not used must be exactly what follows. */
  private byte[] inflate(Inflation inflation, byte[] input, int follows, int mostIn, int mostOut)
      throws DataFormatException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] window = new byte[mostOut + 7];
    inflation.begin();
    int at = 0;
    while (!inflation.ended()) {
      int n = inflation.inflate(window, 7, 1 + random.nextInt(mostOut));
      content.write(window, 7, n);
      if (n == 0 && !inflation.ended()) {
        assertThat(inflation.remaining()).isZero();
        int piece = Math.min(1 + random.nextInt(mostIn), input.length - at);
        assertThat(piece).as("it wants more than there is").isPositive();
        inflation.input(input, at, piece);
        at += piece;
      }
    }
    assertThat(input.length - at + inflation.remaining()).isEqualTo(follows);
    assertThat(inflation.inflate(window, 0, 1)).isZero();
    return content.toByteArray();
  }

  @Test
  void aHostOfTestsHasTheFastOne() {
    assertThat(Libisal.usable()).as("libisal2 is installed, and works").isTrue();
    try (Inflation inflation = Inflation.fresh()) {
      assertThat(inflation).isInstanceOf(IsalInflation.class);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void oneMemberAfterTheOther(Supplier<Inflation> maker) throws Exception {
    try (Inflation inflation = maker.get()) {
      for (int length : new int[] {0, 1, 100, 65_535, 65_536, 400_000}) {
        for (int level : new int[] {Deflater.NO_COMPRESSION, 1, 9}) {
          for (int most : new int[] {1, 100, 200_000}) {
            if (most == 1 && length > 1000) {
              continue;
            }
            byte[] content = content(length);
            byte[] body = body(content, level);
            byte[] more = Arrays.copyOf(body, body.length + random.nextInt(20));
            assertThat(inflate(inflation, more, more.length - body.length, most, most))
                .as("%d bytes at level %d by %d", length, level, most)
                .isEqualTo(content);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void sumAndSizeAreChecked(Supplier<Inflation> maker) throws Exception {
    byte[] body = body(content(5000), 6);
    for (int back = 1; back <= 8; back++) {
      byte[] damaged = body.clone();
      damaged[damaged.length - back] ^= 0x10;
      try (Inflation inflation = maker.get()) {
        assertThatThrownBy(() -> inflate(inflation, damaged, 0, 700, 3000))
            .isInstanceOf(Inflation.WrongSum.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void damageIsNoticedAndForgotten(Supplier<Inflation> maker) throws Exception {
    byte[] content = content(20_000);
    byte[] body = body(content, 6);
    int refused = 0;
    try (Inflation inflation = maker.get()) {
      for (int i = 0; i < 300; i++) {
        byte[] damaged = body.clone();
        damaged[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
        try {
          inflate(inflation, damaged, 0, 5000, 5000);
        } catch (DataFormatException | AssertionError e) {
          refused++; // an error, or it would go on for ever: an end that does not come
        }
      }
      assertThat(refused).isGreaterThan(295);
      assertThat(inflate(inflation, body, 0, 9000, 9000)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void beginsAnewInTheMiddle(Supplier<Inflation> maker) throws Exception {
    byte[] content = content(300_000);
    byte[] body = body(content, 6);
    try (Inflation inflation = maker.get()) {
      inflation.begin();
      inflation.input(body, 0, body.length);
      assertThat(inflation.inflate(new byte[1000], 0, 1000)).isPositive();
      assertThat(inflation.ended()).isFalse();
      assertThat(inflate(inflation, body, 0, 300_000, 300_000)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void closesTwice(Supplier<Inflation> maker) {
    Inflation inflation = maker.get();
    inflation.close();
    inflation.close();
    Inflation first = maker.get();
    Inflation second = maker.get();
    first.begin();
    second.begin();
    first.input(new byte[] {3, 0}, 0, 2);
    assertThat(second.remaining()).as("each has memory of its own").isZero();
    first.close();
    second.close();
  }
}
