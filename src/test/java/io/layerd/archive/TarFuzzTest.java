package io.layerd.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.error.InvalidParameter;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A valid tar with bytes changed at random: success or InvalidParameter, never anything else. */
class TarFuzzTest {
  private static final int ROUNDS = 3000;
  private static final byte[] TASTY = "\0/.~0172345678xgLKSVw= \n".getBytes(UTF_8);

  private static byte[] seed(Sandbox box) {
    return new TarBytes()
        .directory("a", 0755)
        .file("a/f", "0123456789".repeat(80))
        .symlink("a/l", box.base + "/around")
        .symlink("up", "../..")
        .hardLink("h", "a/f")
        .pax("path=a/long", "mtime=1.5", "SCHILY.xattr.user.k=v", "size=3")
        .file("x", "abc")
        .file("a/.wh.z", "")
        .file("b/.wh..wh..opq", "")
        .pax(
            "GNU.sparse.major=1",
            "GNU.sparse.minor=0",
            "GNU.sparse.name=sp",
            "GNU.sparse.realsize=9")
        .file("sparse", "1\n2\n3\n" + "\0".repeat(506) + "abc")
        .gnu()
        .entry(
            'L', "././@LongLink".getBytes(UTF_8), "", 0, ("n".repeat(150) + "\0").getBytes(UTF_8))
        .file("n", "long")
        .entry('6', "fifo".getBytes(UTF_8), "", 0600, new byte[0])
        .file("d/e/f/g", "deep")
        .end();
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void mutations() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int good = 0;
    try (Sandbox box = new Sandbox()) {
      byte[] valid = seed(box);
      box.roundTrip(valid);
      int descriptors = descriptors();
      for (int i = 0; i < ROUNDS; i++) {
        box.clear();
        byte[] tar = mutate(valid, random);
        try {
          box.unpack(tar);
          good++;
        } catch (InvalidParameter e) {
          assertThat(e.getMessage()).isNotEmpty();
        } catch (RuntimeException | IOException e) {
          throw new AssertionError("round " + i + " of seed " + seed, e);
        }
        if (i % 100 == 0) {
          assertThat(box.outsideUnchanged()).as("seed %d round %d", seed, i).isTrue();
        }
      }
      assertThat(box.outsideUnchanged()).as("seed %d", seed).isTrue();
      assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 20);
    }
    assertThat(good).isPositive();
  }

  private static int descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  private static byte[] mutate(byte[] valid, Random random) {
    byte[] tar = valid.clone();
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int block = random.nextInt(tar.length / 512) * 512;
      int at = block + (random.nextBoolean() ? random.nextInt(160) : random.nextInt(512));
      tar[at] =
          random.nextBoolean() ? TASTY[random.nextInt(TASTY.length)] : (byte) random.nextInt(256);
    }
    if (random.nextInt(8) != 0) {
      // make the sums right again, so that the change is looked at
      for (int block = 0; block + 512 <= tar.length; block += 512) {
        if (tar[block + 257] == 'u' && tar[block + 258] == 's') {
          byte[] sealed = TarBytes.sealed(Arrays.copyOfRange(tar, block, block + 512));
          System.arraycopy(sealed, 0, tar, block, 512);
        }
      }
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(tar, random.nextInt(tar.length)) : tar;
  }
}
