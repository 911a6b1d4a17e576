package io.layerd.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.layerd.error.InvalidParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers that lie: owners, devices, times, sizes, records, maps. */
class HostileMetadataTest {
  private static final String BAD_HEADER = "archive/tar: invalid tar header";

  private Sandbox box;

  @BeforeEach
  void prepare() throws IOException {
    box = new Sandbox();
  }

  @AfterEach
  void clean() throws IOException {
    assertThat(box.outsideUnchanged()).isTrue();
    box.close();
  }

  private void refused(byte[] tar, String message) throws IOException {
    assertThatThrownBy(() -> box.unpack(tar))
        .isInstanceOf(InvalidParameter.class)
        .hasMessage(message);
    box.clear();
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  /** A header whose field is a big-endian two's complement number, as GNU tar writes large ones. */
  private static byte[] binary(char type, String name, int at, int length, long value) {
    byte[] header = tar().gnu().header(type, name.getBytes(UTF_8), "", 0644, 0);
    long rest = value;
    for (int i = at + length - 1; i >= at; i--) {
      header[i] = (byte) rest;
      rest >>= 8;
    }
    header[at] |= (byte) 0x80;
    return header;
  }

  @ParameterizedTest
  @ValueSource(longs = {4294967296L, 4294967295L, 1L << 40, Long.MAX_VALUE})
  void ownersThatWouldBecomeOthers(long id) throws IOException {
    refused(tar().pax("uid=" + id).file("f", "").end(), "archive/tar: invalid owner " + id);
    refused(tar().pax("gid=" + id).file("f", "").end(), "archive/tar: invalid owner " + id);
  }

  @Test
  void ownersInBinary() throws IOException {
    refused(
        tar().header(binary('0', "f", 108, 8, 1L << 32)).end(),
        "archive/tar: invalid owner 4294967296");
    refused(tar().header(binary('0', "f", 116, 8, -1)).end(), "archive/tar: invalid owner -1");
    box.unpack(tar().pax("uid=4294967294", "gid=65536").file("f", "").end());
    assertThat(Integer.toUnsignedLong(box.stat("f").uid())).isEqualTo(4294967294L);
    assertThat(box.stat("f").gid()).isEqualTo(65536);
  }

  @Test
  void devicesThatWouldBecomeOthers() throws IOException {
    byte[] wide = binary('3', "d", 329, 8, (1L << 32) + 1);
    TarBytes.octal(wide, 337, 7, 3);
    refused(tar().header(wide).end(), "archive/tar: invalid device number 4294967297");
    byte[] minor = tar().header('4', "d".getBytes(UTF_8), "", 0600, 0);
    TarBytes.octal(minor, 329, 7, 8);
    TarBytes.octal(minor, 337, 7, 1 << 20);
    refused(tar().header(minor).end(), "archive/tar: invalid device number 1048576");
  }

  @Test
  void theDeviceThatWouldHideWhatIsBelowIsNotMade() throws IOException {
    byte[] smuggled = tar().header('3', "etc/shadow".getBytes(UTF_8), "", 0, 0);
    box.roundTrip(tar().header(smuggled).file("after", "x").end());
    assertThat(box.names()).containsExactly("after");
    assertThatThrownBy(() -> box.unpack(tar().header(smuggled).hardLink("h", "etc/shadow").end()))
        .isInstanceOf(InvalidParameter.class);
  }

  @Test
  void marksOfOverlayfsAreNotSetOnAnything() throws IOException {
    for (String mark : new String[] {"opaque", "redirect", "metacopy", "origin", "whiteout"}) {
      String record = "SCHILY.xattr.trusted.overlay." + mark + "=y";
      box.unpack(
          tar()
              .pax(record)
              .directory("d", 0755)
              .pax(record)
              .file("f", "")
              .pax(record)
              .hardLink("h", "f")
              .end());
      for (String name : new String[] {"d", "f", "h"}) {
        assertThatThrownBy(() -> box.xattr(name, "trusted.overlay." + mark))
            .hasMessageContaining("ENODATA");
      }
      box.clear();
    }
  }

  @Test
  void timesBeforeTheEpochAndBeyondTheClock() throws IOException {
    for (String time : new String[] {"-1", "-1.5", "-9223372036854775807", "9223372037"}) {
      box.unpack(tar().pax("mtime=" + time).file("f", "").end());
      assertThat(box.stat("f").mtimeSeconds()).as(time).isZero();
      box.clear();
    }
    box.unpack(tar().pax("mtime=1.9999999999").file("f", "").end());
    assertThat(box.stat("f").mtimeSeconds()).isEqualTo(1);
    assertThat(box.stat("f").mtimeNanos()).isEqualTo(999_999_999);
    box.clear();
    box.unpack(tar().header(binary('0', "f", 136, 12, -5)).end());
    assertThat(box.stat("f").mtimeSeconds()).isZero();
    box.clear();
    refused(tar().pax("mtime=1.2.3").file("f", "").end(), BAD_HEADER);
    refused(tar().pax("mtime=soon").file("f", "").end(), BAD_HEADER);
    refused(tar().pax("mtime=99999999999999999999").file("f", "").end(), BAD_HEADER);
  }

  @Test
  void sizesThatAreWrong() throws IOException {
    refused(tar().header(binary('0', "f", 124, 12, -1)).end(), BAD_HEADER);
    refused(tar().header(binary('0', "f", 124, 12, 1L << 62)).end(), limit());
    refused(
        tar().header(tar().header('0', "f".getBytes(UTF_8), "", 0644, 5000)).end(),
        "unexpected EOF");
    refused(tar().pax("size=4096").file("f", "short").end(), "unexpected EOF");
    // a directory's size is not its content's
    box.roundTrip(tar().header(tar().header('5', "d".getBytes(UTF_8), "", 0755, 512)).end());
  }

  private static String limit() {
    return "archive makes more than 1099511627776 bytes of files, the limit of layer.max-size";
  }

  @Test
  void namesThatAreEmpty() throws IOException {
    for (char type : new char[] {'0', '1', '2', '3', '6'}) {
      for (String name : new String[] {"", ".", "./", "/", "a/.."}) {
        refused(
            tar().entry(type, name.getBytes(UTF_8), "x", 0644, new byte[0]).end(),
            "invalid entry name \"" + name + "\"");
      }
    }
    refused(tar().hardLink("h", "").end(), "invalid hardlink target \"\"");
    refused(tar().hardLink("h", "./").end(), "invalid hardlink target \"./\"");
    refused(tar().symlink("s", "").end(), "symlinkat s: no such file or directory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5 a=b",
        "a=b\n",
        "99 a=b\n",
        "0 a=b\n",
        " 6 a=b\n",
        "06 =b\n",
        "-6 a=b\n",
        "6 ab\n\n",
        "7 a=b\n6 a=b\n",
        "999999999999999999999 a=b\n",
        "6\0a=b\n",
        "5 =b\n"
      })
  void recordsThatAreNone(String record) throws IOException {
    refused(
        tar().entry('x', "x".getBytes(UTF_8), "", 0, record.getBytes(UTF_8)).file("f", "").end(),
        BAD_HEADER);
  }

  @Test
  void recordsOfGnu() throws IOException {
    // a long name without an entry to have it
    box.roundTrip(
        tar().gnu().entry('L', "x".getBytes(UTF_8), "", 0, "long\0".getBytes(UTF_8)).end());
    assertThat(box.names()).isEmpty();
    refused(
        tar()
            .gnu()
            .entry('L', "x".getBytes(UTF_8), "", 0, "../../evil\0".getBytes(UTF_8))
            .file("f", "")
            .end(),
        "invalid entry name \"../../evil\"");
    refused(
        tar()
            .gnu()
            .entry('K', "x".getBytes(UTF_8), "", 0, "../evil\0".getBytes(UTF_8))
            .hardLink("h", "ok")
            .end(),
        "invalid hardlink target \"../evil\"");
    refused(tar().pax("path=../evil").file("harmless", "").end(), "invalid entry name \"../evil\"");
    refused(
        tar()
            .pax(
                "GNU.sparse.major=1",
                "GNU.sparse.minor=0",
                "GNU.sparse.name=../evil",
                "GNU.sparse.realsize=0")
            .file("f", "0\n" + "\0".repeat(510))
            .end(),
        "invalid entry name \"../evil\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1\n0\n4\n",
        "1\n100\n3\n",
        "2\n0\n2\n1\n1\n",
        "1\n0\n99999999999999999999\n",
        "1\n-1\n3\n",
        "9\n0\n3\n",
        "x\n"
      })
  void sparseMapsThatLie(String map) throws IOException {
    byte[] content = Arrays.copyOf(map.getBytes(UTF_8), 515);
    refused(
        tar()
            .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=10")
            .file("f", 0644, content)
            .end(),
        BAD_HEADER);
  }

  @Test
  void aSparseEntryBecomesAHoleHoweverLarge() throws IOException {
    // 1.5 KiB of tar for 64 GiB of file
    byte[] content = Arrays.copyOf("1\n68719476733\n3\n".getBytes(UTF_8), 515);
    box.roundTrip(
        tar()
            .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=68719476736")
            .file("f", 0644, content)
            .end());
    assertThat(box.stat("f").sizeBytes()).isEqualTo(1L << 36);
    assertThat(box.stat("f").blocks512()).isLessThan(64);
    Files.delete(box.root.resolve("f"));
    refused(
        tar()
            .pax(
                "GNU.sparse.major=1",
                "GNU.sparse.minor=0",
                "GNU.sparse.realsize=4611686018427387904")
            .file("f", "0\n" + "\0".repeat(510))
            .end(),
        limit());
  }
}
