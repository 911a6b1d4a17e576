package io.layerd.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system of its own, mounted by a loop device. */
record SmallDisk(Path mountPoint, Path image) implements AutoCloseable {
  static SmallDisk of(String name, String size, String mkfsOptions) throws IOException {
    Path mountPoint = Files.createTempDirectory(Path.of("/var/tmp"), "layerd-it-" + name);
    Path image = Path.of(mountPoint + ".img");
    Command.sh(
        "truncate -s %4$s %2$s && mkfs.ext4 -q -F %1$s %2$s && mount -o loop %2$s %3$s"
            .formatted(mkfsOptions, image, mountPoint, size));
    return new SmallDisk(mountPoint, image);
  }

  String dataRoot() {
    return mountPoint.resolve("data").toString();
  }

  /** Leaves so much free, in blocks of 1 KiB. */
  void fill(int kilobytes) {
    Command.sh(
        """
        sync; n=$(($(df --output=avail -k %1$s | tail -1) - %2$d))
        dd if=/dev/zero of=%1$s/filler-%2$d bs=1k count=$n 2>/dev/null || true
        [ %2$d -gt 0 ] || dd if=/dev/zero of=%1$s/filler bs=1k 2>/dev/null || true
        sync
        """
            .formatted(mountPoint, kilobytes));
  }

  void drain() {
    Command.sh("rm -f " + mountPoint + "/filler*");
  }

  /** Free blocks of 1 KiB. */
  int free() {
    return Integer.parseInt(
        Command.sh("sync; df --output=avail -k " + mountPoint + " | tail -1").strip());
  }

  @Override
  public void close() {
    Command.of("bash", "-c", "umount -l " + mountPoint + "; rm -rf " + mountPoint + " " + image)
        .run();
  }
}
