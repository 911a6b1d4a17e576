package io.layerd.daemon.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.layerd.sys.FsStat;
import org.junit.jupiter.api.Test;

class DiskRoomTest {
  @Test
  void whatRootKeepsForItselfIsNotFree() {
    DiskRoom room = DiskRoom.of(new FsStat(0xEF53, 4096, 1000, 500, 300, 50, 40));
    assertThat(room).isEqualTo(new DiskRoom(4_096_000, 300 * 4096, 50, 40));
  }

  @Test
  void bothSpaceAndInodesMustBeLeft() {
    assertThat(new DiskRoom(100L << 30, 50L << 30, 1_000_000, 500_000).enough()).isTrue();
    assertThat(new DiskRoom(100L << 30, 1L << 20, 1_000_000, 500_000).enough()).isFalse();
    assertThat(new DiskRoom(100L << 30, 50L << 30, 1_000_000, 10).enough()).isFalse();
    // btrfs and others make inodes as they need them
    assertThat(new DiskRoom(100L << 30, 50L << 30, 0, 0).enough()).isTrue();
  }

  @Test
  void scarceComesBeforeTooLittle() {
    assertThat(new DiskRoom(100L << 30, 50L << 30, 0, 0).scarce()).isFalse();
    assertThat(new DiskRoom(100L << 30, 4L << 30, 0, 0).scarce()).isTrue();
    assertThat(new DiskRoom(100L << 30, 50L << 30, 1_000_000, 40_000).scarce()).isTrue();
  }

  @Test
  void text() {
    assertThat(new DiskRoom(100L << 30, 512L << 20, 0, 0).text())
        .isEqualTo("512 MiB of 100 GiB free");
    assertThat(new DiskRoom(100L << 30, 12L << 30, 10, 5).text())
        .isEqualTo("12 GiB of 100 GiB and 5 of 10 inodes free");
  }
}
